import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Outcome, waveCsv } from './fake-terminal.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const launcher = join(root, 'cli', 'forestall.mjs');
const directory = mkdtempSync(join(tmpdir(), 'forestall-'));
const wave = waveCsv(400);
const waveFile = join(directory, 'wave.csv');
writeFileSync(waveFile, wave);

interface Launch {
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly node?: readonly string[];
}

/** Runs the command as a user does, in its own process. */
const launch = (
  words: readonly string[],
  { input = '', env = {}, node = [] }: Launch = {},
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...node, launcher, ...words], {
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });

describe('the forestall process', () => {
  it.runIf(process.platform === 'linux')('says that stdout cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [launcher, '--help'], { stdio: ['ignore', full, 'pipe'] });
    let err = '';
    child.stderr?.on('data', (chunk) => (err += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^forestall: cannot write to stdout: .*ENOSPC.*\n$/),
    });
  });

  it('forecasts a file', async () => {
    const { code, out, err } = await launch(['forecast', waveFile, '--json', '--horizon', '3']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ series: 'value', step_seconds: 300, horizon: 3 });
  });

  it('forecasts piped input, as plain text without colours', async () => {
    const { code, out } = await launch(['forecast', '-'], { input: wave });
    expect(code).toBe(0);
    expect(out).toContain('^ forecast');
    expect(out).not.toContain('\u001B');
  });

  it('respects FORCE_COLOR, and gives NO_COLOR precedence', async () => {
    const [coloured, plain] = await Promise.all([
      launch(['forecast', waveFile], { env: { FORCE_COLOR: '1' } }),
      launch(['forecast', waveFile], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }),
    ]);
    expect(coloured.out).toContain('\u001B[36m');
    expect(plain.out).not.toContain('\u001B');
  });

  it('detects anomalies in piped input', async () => {
    const { code, out } = await launch(['detect', '-'], { input: wave });
    expect(code).toBe(0);
    expect(out.split('\n').length).toBe(402);
    expect(out.startsWith('timestamp,value,score,alert\n2026-01-01T00:00:00.000Z,50.000,')).toBe(true);
  });

  it('exits 2 with one message on bad input', async () => {
    const { code, out, err } = await launch(['forecast', '-'], { input: 'timestamp,value\n60,1\nsoon,2\n' });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(
      'forestall: stdin line 3: found timestamp "soon", expected ISO 8601, "YYYY-MM-DD HH:MM:SS" (UTC) or epoch seconds\n',
    );
  });

  it('exits 2 on ten megabytes of garbage', async () => {
    const { code, err } = await launch(['detect', '-'], { input: '\u0001\u0002ab'.repeat(2_500_000) });
    expect(code).toBe(2);
    expect(err).toContain('stdin line 1: found a line of more than a million characters');
    expect(err.length).toBeLessThan(300);
  });

  it('exits 2 if a required argument is missing, and 0 for help and version', async () => {
    const [bare, help, version] = await Promise.all([
      launch(['forecast']),
      launch(['--help']),
      launch(['--version']),
    ]);
    expect(bare).toMatchObject({ code: 2, out: '' });
    expect(help.code).toBe(0);
    expect(help.out).toContain('Usage: forestall');
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(version.out.trim()).toBe(manifest.version);
  });

  it('exits 1 if the API is unreachable', async () => {
    const env = { FORESTALL_URL: 'http://127.0.0.1:9', FORESTALL_API_KEY: 'key' };
    const { code, out, err } = await launch(['targets'], { env });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^forestall: .+\n$/);
  });

  it('exits 3 if the risk of a change reaches --fail-on', async () => {
    const diff = join(root, 'test', 'fixtures', 'changes', 'cdk-diff-coloured.txt');
    const { code, out, err } = await launch(['assess', diff, '--fail-on', 'low']);
    expect(code).toBe(3);
    expect(out).toContain('risk');
    expect(err).toContain('reaches --fail-on low');
  });

  it('exits 0 without a message if the reader closes the pipe', async () => {
    const child = spawn(process.execPath, [launcher, 'simulate', '--servers', '50'], { env: {} });
    let err = '';
    child.stderr.on('data', (chunk) => (err += chunk));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it("starts the project's own Node if it runs on an older one", async () => {
    const pretend =
      'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.11.0",configurable:true})';
    const good = await launch(['forecast', '-', '--json', '--horizon', '1'], {
      input: wave,
      node: ['--import', pretend],
    });
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out).horizon).toBe(1);
    const bad = await launch(['forecast', 'nowhere.csv'], { node: ['--import', pretend] });
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('nowhere.csv: no such file');
  });

  it('exits 1 and says what to do if no suitable Node exists', async () => {
    const copy = join(mkdtempSync(join(tmpdir(), 'forestall-')), 'forestall.mjs');
    writeFileSync(copy, readFileSync(launcher));
    const pretend =
      'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"22.17.9",configurable:true})';
    const child = spawn(process.execPath, ['--import', pretend, copy], { env: {} });
    let err = '';
    child.stderr.on('data', (chunk) => (err += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(1);
    expect(err).toContain('found Node 22.17.9, expected 22.18 or newer');
  });
});
