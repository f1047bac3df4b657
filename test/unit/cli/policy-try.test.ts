import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CARRIED_OUT,
  choiceAt,
  NOW,
  policyWith,
  recordedPolicy,
  recordOf,
} from '../remediation/simulation/record-samples.ts';
import { runCli } from './fake-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'forestall-policy-'));
let files = 0;
const fileWith = (text: string): string => {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, text);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('forestall policy try', () => {
  const recordLines = () => {
    const { decisions, inputs } = recordOf(
      { inputs: choiceAt('r-1', NOW), after: CARRIED_OUT },
      { inputs: choiceAt('r-2', NOW + 7200) },
    );
    const last = decisions.at(-1)!;
    const head = { sequence: last.sequence, hash: last.hash };
    const lines = [
      { tenantId: 'acme', head, exportedAt: '2026-11-21T10:05:00Z' },
      ...decisions.map((decision) => ({ decision })),
      ...[...inputs].map(([inputsHash, each]) => ({ inputsHash, inputs: each })),
    ];
    return lines.map((line) => JSON.stringify(line));
  };
  const recordFile = (lines: readonly string[] = recordLines()) => fileWith(lines.join('\n'));
  const tried = async (policy: unknown, more = '') => {
    const { code, out } = await runCli(
      `policy try ${fileWith(JSON.stringify(policy))} --record ${recordFile()} ${more}`.trim().split(' '),
    );
    return { code, lines: out.trim().split('\n') };
  };

  it('shows what was done, what would have been, and the calls', async () => {
    expect(await tried(recordedPolicy)).toEqual({
      code: 0,
      lines: [
        '2026-05-28 20:26 r-1',
        '  then: acted: scale-out-group on auto-scaling-group:web (avoided)',
        '  now:  would act, as approved: scale-out-group on auto-scaling-group:web (desired instances 5 → 6)',
        expect.stringMatching(/^ {8}autoscaling SetDesiredCapacity \{.*"DesiredCapacity":6/),
        expect.stringMatching(/^2026-05-28 22:26 r-2/),
        '  then: suggested: scale-out-group on auto-scaling-group:web',
        expect.stringMatching(/^ {2}now: {2}would ask one person: scale-out-group/),
        expect.stringContaining('SetDesiredCapacity'),
        '2 remediations: acts 1, asks 1; 1 different from what was done',
      ],
    });
  });

  it('names the rules that would refuse, and what would change that', async () => {
    const { lines } = await tried(policyWith({ minConfidence: 0.99 }));
    expect(lines).toContain('2026-05-28 20:26 r-1: differs');
    expect(lines.find((line) => line.startsWith('        confidence: '))).toContain('0.99');
    expect(lines.some((line) => line.startsWith('          what would change it: '))).toBe(true);
    expect(lines.at(-1)).toBe('2 remediations: refuses 2; 2 different from what was done');
  });

  it('takes all plans for approved, and prints JSON', async () => {
    const { lines } = await tried(recordedPolicy, '--approve-all --json');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { remediation: 'r-1', differs: false, simulated: { outcome: 'act' }, inFact: { end: 'acted' } },
      {
        remediation: 'r-2',
        differs: true,
        simulated: { outcome: 'act', calls: [{ service: 'autoscaling' }] },
      },
    ]);
  });

  it('says that a record lacks decisions, or has edited ones, after what is left of it', async () => {
    const policy = fileWith(JSON.stringify(recordedPolicy));
    const triedOn = (lines: readonly string[]) =>
      runCli(['policy', 'try', policy, '--record', recordFile(lines)]);
    const decisions = recordLines().filter((line) => line.startsWith('{"decision"'));
    const without = (kept: (line: string) => boolean) => triedOn(recordLines().filter(kept));
    const cut = await without((line) => line !== decisions.at(-1));
    expect(cut).toMatchObject({
      code: 3,
      err: `forestall: the record is incomplete or was changed (decision ${decisions.length} is missing): the result covers only what is left; export it again\n`,
    });
    expect(cut.out).toContain('2026-05-28 20:26 r-1');
    expect(await without((line) => line.startsWith('{"tenantId"'))).toMatchObject({
      code: 3,
      out: 'the record has no remediations\n',
    });
    const edited = await triedOn(recordLines().map((line) => line.replace('"r-2"', '"r-3"')));
    expect(edited.code).toBe(3);
    expect(edited.err).toContain('does not have the hash of its content');
  });

  it('reads one of both from standard input', async () => {
    const { code, err } = await runCli(['policy', 'try', '-', '--record', '-']);
    expect(code).toBe(2);
    expect(err).toBe('forestall: expected the policy or the record from standard input, not both\n');
  });

  it('says if there is nothing to try it on, and refuses what is no policy', async () => {
    const empty = fileWith(
      JSON.stringify({
        ...{ tenantId: 'acme', exportedAt: '2026-11-21T10:05:00Z' },
        head: { sequence: 0, hash: '0'.repeat(64) },
      }),
    );
    const { out } = await runCli([
      'policy',
      'try',
      fileWith(JSON.stringify(recordedPolicy)),
      '--record',
      empty,
    ]);
    expect(out).toBe('the record has no remediations\n');
    expect((await runCli(['policy', 'try', fileWith('[1]'), '--record', empty])).code).toBe(2);
  });
});
