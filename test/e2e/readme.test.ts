import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { README_COMMANDS } from './command-lines.ts';
import { drained, useSession } from './pipeline-client.ts';
import { writeReadmeFiles } from './readme-files.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const session = inject('session');
const folder = mkdtempSync(join(tmpdir(), 'forestall-readme-'));
const env = { ...process.env, FORESTALL_URL: session.url, FORESTALL_API_KEY: session.apiKey };

/** Every command in the README, one per line. */
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

beforeAll(() => {
  useSession(session);
  writeReadmeFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forestall = (...args: readonly string[]) =>
  run('npx', ['--prefix', root, 'forestall', ...args], { cwd: folder, env, maxBuffer: 1e8 });

describe('commands of the README', () => {
  it('are all run here or in the test named beside them', () => {
    expect(commands).toEqual(Object.keys(README_COMMANDS));
  });

  it('npm test is what CI runs', () => {
    expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toContain('npm ci && npm test');
  });

  it('forecasts and detects on a file', async () => {
    expect((await forestall('forecast', 'cpu.csv')).stdout).toContain('p50');
    expect((await forestall('detect', 'cpu.csv')).stdout.split('\n')[0]).toBe('timestamp,value,score,alert');
  });

  it('assesses a change before it is deployed', async () => {
    copyFileSync(
      join(root, 'test', 'fixtures', 'changes', 'cdk-diff-coloured.txt'),
      join(folder, 'diff.txt'),
    );
    expect((await forestall('assess', 'diff.txt')).stdout).toMatch(/(low|medium|high) risk/);
  });

  it('talks to a deployment', async () => {
    expect((await forestall('ingest', 'fleet.csv')).stdout).toContain('50');
    // Accepted points are stored asynchronously, and a run plans with the stored targets.
    await drained();
    expect((await forestall('runs', 'start', '--wait')).stdout).toMatch(/SUCCEEDED|PARTIAL/);
    // Its list of breaches is short, and other tests store targets, too.
    expect((await forestall('status')).stdout).toMatch(/health +ok[\s\S]+(?:SUCCEEDED|PARTIAL)/);
    expect((await forestall('targets')).stdout).toContain('readme-host');
    expect((await forestall('breaches')).stdout).toMatch(/no breach|probability/);
    expect((await forestall('incidents')).stdout).toMatch(/no incidents|severity/);
    expect((await forestall('anomalies', '--active')).stdout).toMatch(/no anomaly|kind/);
    expect((await forestall('changes')).stdout).toMatch(/no change|health/);
    const named = ['--target', 'web-1', '--metric', 'cpu_percent'];
    expect((await forestall('ingest', 'cpu.csv', ...named)).stdout).toContain('864');
    await drained();
    expect((await forestall('targets')).stdout).toContain('web-1');
  });

  it('prints the costs that the README and docs/cost.md state', async () => {
    const { stdout } = await run('npm', ['run', '--silent', 'cost'], { cwd: root });
    const section = readme.split('## Cost')[1]?.split('##')[0] ?? '';
    const totals = readFileSync(join(root, 'docs', 'cost.md'), 'utf8').match(/\*\*\$.*/g) ?? [];
    for (const text of [section, ...totals]) {
      const stated = text.match(/\$\d+\.\d\d/g) ?? [];
      expect(stated.length).toBeGreaterThanOrEqual(1);
      for (const price of stated) expect(stdout).toContain(price);
    }
  });
});

describe('the scoreboard', () => {
  const data = process.env.FORESTALL_DATA ?? join(root, '..', 'shared', 'data');
  const head = (path: string, lines: number, keep: (line: string) => boolean = () => true) =>
    `${readFileSync(join(data, path), 'utf8').split('\n').filter(keep).slice(0, lines).join('\n')}\n`;

  it('is printed from a folder of public data', async ({ skip }) => {
    if (!existsSync(join(data, 'fleet'))) skip(`no data at ${data}: set FORESTALL_DATA`);
    const small = join(folder, 'data');
    mkdirSync(join(small, 'fleet'), { recursive: true });
    mkdirSync(join(small, 'm4-hourly'));
    copyFileSync(join(data, 'fleet', 'services.csv.gz'), join(small, 'fleet', 'services.csv.gz'));
    const tasks = head('fleet/tasks.jsonl', 4, (line) => line.includes('"services.csv.gz"'));
    writeFileSync(join(small, 'fleet', 'tasks.jsonl'), tasks);
    for (const file of ['Hourly-train.csv', 'Hourly-test.csv'])
      writeFileSync(join(small, 'm4-hourly', file), head(`m4-hourly/${file}`, 4));
    const { stdout } = await forestall('bench', 'forecast', '--data', small);
    expect(stdout).toMatch(/relMASE[\s\S]*\| all +\| 4 [\s\S]*M4 hourly \(3 series\)/);
  });
});
