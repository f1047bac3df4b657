import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { changeSet, resourceChange, SHOP_DIFF } from '../changes/risk/change-samples.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'forestall-assess-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const diff = file('diff.txt', SHOP_DIFF);
const safe = file('safe.json', JSON.stringify(changeSet([resourceChange({ action: 'Add' })])));

describe('forestall assess', () => {
  it('prints the risk, its reasons and how to lower it', async () => {
    const { code, out, err } = await runCli(['assess', diff]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^high risk: 99% probability of an unhealthy deployment\n\nReasons \(factor on the odds\)\n {3}x 301 {2}2 data stores /,
    );
    expect(out).toContain('          Old (S3::Bucket), Orders (DynamoDB::Table)\n');
    expect(out).toMatch(/and 1 more\n/);
    expect(out).toContain('\nHow to lower the risk\n  - Keep the old data');
    expect(out).toMatch(/Based on the built-in scorecard\.\n$/);
  });

  it('detects the format of stdin or takes it from the option, with or without a byte order mark', async () => {
    const text = `\uFEFF${JSON.stringify([changeSet([resourceChange({})])])}`;
    const piped = await runCli(['assess', '-', '--json'], { stdin: Readable.from([Buffer.from(text)]) });
    expect(JSON.parse(piped.out)).toMatchObject({ level: 'low', learntFrom: 0 });
    const forced = await runCli(['assess', safe, '--format', 'cdk-diff']);
    expect(forced).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected the output of cdk diff'),
    });
  });

  it('says if there are no notable risk factors, and considers the time of day', async () => {
    const none = file(
      'none.txt',
      'Stack Shop\nThere were no differences\n\n✨  Number of stacks with differences: 0\n',
    );
    expect((await runCli(['assess', none])).out).toContain('No notable risk factors.');
    expect((await runCli(['assess', none, '--outside-hours'])).out).toContain('outside working hours');
  });

  it('exits 3 if the risk reaches the gate, with the assessment on stdout and the reason on stderr', async () => {
    const stopped = await runCli(['assess', diff, '--fail-on', 'medium', '--json']);
    expect(stopped).toMatchObject({ code: 3, err: 'forestall: high risk (99 %) reaches --fail-on medium\n' });
    expect(JSON.parse(stopped.out).level).toBe('high');
    expect(await runCli(['assess', safe, '--fail-on', 'medium'])).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['a missing file', ['assess', join(folder, 'nothing')], /no such file/],
    [
      'broken JSON',
      ['assess', file('broken.json', '{"Changes":')],
      /found invalid JSON .*describe-change-set/,
    ],
    [
      'another JSON',
      ['assess', file('other.json', '{"a": 1}')],
      /other\.json: .*not a response of DescribeChangeSet/,
    ],
    ['another level', ['assess', diff, '--fail-on', 'huge'], /low, medium, high/],
    [
      'the time of day for the API',
      ['assess', diff, '--target', 'shop', '--outside-hours'],
      /expected none of them/,
    ],
  ])('rejects %s', async (_, words, message) => {
    const { code, out, err } = await runCli(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  describe('of a diff without summary, from an old CDK', () => {
    const old = readFileSync(join('test', 'fixtures', 'changes', 'cdk-diff-without-summary.txt'), 'utf8');

    it('reads it with a warning', async () => {
      const { code, out, err } = await runCli(['assess', file('old.txt', old)]);
      expect(code).toBe(0);
      expect(out).toMatch(/^high risk: [\s\S]*2 data stores are removed or replaced/);
      expect(err).toMatch(/old\.txt: read as the output of a CDK CLI older than 2\.89, .*stacks are missing/);
      const same = await runCli(['assess', file('same.txt', 'Stack Shop\nThere were no differences\n')]);
      expect(same).toMatchObject({ code: 0, err: expect.stringContaining('older than 2.89') });
    });

    it('does not let it pass a gate, and names the reason', async () => {
      const { code, out, err } = await runCli(['assess', file('old.txt', old), '--fail-on', 'high']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(
        'the CDK CLI is older than 2.89 (update it, or pass the change set), or it failed',
      );
    });

    it.each([
      ['in a line', old.trimEnd().slice(0, -9)],
      ['after a line', `${old.trimEnd()}\n`],
      ['after the name of a stack', `${old}Stack Other\n\n\n`],
      ['by an error', `${old}Stack Other\n\n❌ Error: ExpiredToken\n\n`],
    ])('refuses it if it was cut off %s', async (_, text) => {
      const { code, err } = await runCli(['assess', file('cut.txt', text)]);
      expect(code).toBe(2);
      expect(err).toContain('it was cut off or failed');
    });
  });

  it('reads the UTF-16 that PowerShell writes', async () => {
    const diff = readFileSync(join('test', 'fixtures', 'changes', 'cdk-diff-coloured.txt'), 'utf8');
    const bytes = Buffer.from(`\uFEFF${diff.replaceAll('\n', '\r\n')}`, 'utf16le');
    const wide = await runCli(['assess', '-', '--json'], { stdin: Readable.from([bytes]) });
    const plain = await runCli(['assess', '-', '--json'], { stdin: Readable.from([Buffer.from(diff)]) });
    expect(wide).toEqual(plain);
    expect(wide.code).toBe(0);
  });

  it('rejects input that fails or never ends', async () => {
    const failing = Readable.from(
      (function* () {
        yield Buffer.from('Stack');
        throw new Error('gone');
      })(),
    );
    expect(await runCli(['assess', '-'], { stdin: failing })).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be read'),
    });
    const endless = Readable.from(
      (function* () {
        const block = Buffer.alloc(10_000_000, 'x');
        for (;;) yield block;
      })(),
    );
    expect(await runCli(['assess', '-'], { stdin: endless })).toMatchObject({
      code: 2,
      err: expect.stringContaining('more than 50 million'),
    });
  });

  it('asks the API if one is given, which knows the deployments of the tenant', async () => {
    const answer = { risk: 0.3, level: 'medium', reasons: [], advice: [], learntFrom: 40 };
    const api = new FakeApi({ 'POST /v1/changes/assess': () => ({ body: answer }) });
    const url = await api.start();
    try {
      const words = ['assess', diff, '--url', url, '--key', 'k', '--target', 'shop', '--fail-on', 'high'];
      const { code, out } = await runCli(words);
      expect(code).toBe(0);
      expect(out).toContain('Based on the built-in scorecard and 40 of your deployments.');
      expect(JSON.parse(api.seen[0]!.body)).toEqual({
        plan: { format: 'cdk-diff', content: SHOP_DIFF },
        target: 'shop',
      });
    } finally {
      await api.stop();
    }
  });
});
