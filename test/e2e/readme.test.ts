import { type ChildProcess, execFile, spawn } from 'node:child_process';
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
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { readStartOptions } from '../../local/start-options.ts';
import { README_COMMANDS } from './command-lines.ts';
import { drained, useSession } from './pipeline-client.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const session = inject('session');
const folder = mkdtempSync(join(tmpdir(), 'forestall-readme-'));
const env = { ...process.env, FORESTALL_URL: session.url, FORESTALL_API_KEY: session.apiKey };
const now = Math.floor(Date.now() / 300_000) * 300;

/** Every command in the README, one per line. */
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

/** Title and words of a picture. */
const wordsOf = (svg: string): string[] =>
  [...svg.matchAll(/<(?:title|text)\b[^>]*>([^<]*)</g)].map(([, words = '']) => words);

const wave = (index: number): number => 40 + 20 * Math.sin((2 * Math.PI * index) / 288) + (index % 7);

beforeAll(() => {
  useSession(session);
  const rows = Array.from(
    { length: 3 * 288 },
    (_, i) => `${now - (3 * 288 - i) * 300},${wave(i).toFixed(2)}`,
  );
  writeFileSync(join(folder, 'cpu.csv'), `timestamp,value\n${rows.join('\n')}\n`);
  const fleet = rows.slice(-50).map((row) => row.replace(',', ',readme-host,cpu_percent,'));
  writeFileSync(join(folder, 'fleet.csv'), `timestamp,target,metric,value\n${fleet.join('\n')}\n`);
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

describe('npm start', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  });

  /** Starts it in addition to the shared system, in its own state folder. */
  const start = (...args: readonly string[]) => {
    const options = ['start', '--', '--state', join(folder, 'state'), ...args];
    const child = spawn('npm', options, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    started.push(child);
    let output = '';
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const said = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = (chunk: Buffer) => {
          output += chunk.toString('utf8');
          if (output.includes(text)) resolve();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.once('exit', () => reject(new Error(`ended before it said "${text}":\n${output}`)));
      });
    const signal = (name: NodeJS.Signals) => process.kill(-(child.pid ?? 0), name);
    return { said, signal, ended, output: () => output };
  };

  it('starts after a killed run, prints the report, and stops everything on Ctrl-C', async () => {
    const killed = start('--servers', '2', '--days', '2');
    await killed.said('Deploying the stacks');
    killed.signal('SIGKILL');
    await killed.ended;
    const again = start('--servers', '2', '--days', '2');
    await again.said('Running until Ctrl-C');
    expect(again.output()).toMatch(/6,912 points in, 6,912 stored: 2 targets, 12 series/);
    expect(again.output()).toMatch(/worst metric[\s\S]*forecast[\s\S]*curl -H/);
    const curl = /curl -H '(authorization): (Bearer \S+)' '(\S+)'/.exec(again.output());
    const answer = await fetch(curl?.[3] ?? '', { headers: { authorization: curl?.[2] ?? '' } });
    expect(answer.status).toBe(200);
    again.signal('SIGINT');
    await again.ended;
    await expect(fetch(curl?.[3] ?? '')).rejects.toThrow('fetch failed');
  });

  it('replays recorded series, and draws its report as the README shows it', async () => {
    const own = join(folder, 'recorded');
    mkdirSync(own);
    for (const name of ['cpu.csv', 'fleet.csv']) copyFileSync(join(folder, name), join(own, name));
    const picture = join(folder, 'start.svg');
    const recorded = start('--once', '--data', own, '--picture', picture);
    await recorded.said('s  total');
    expect(await recorded.ended).toBe(0);
    expect(recorded.output()).toContain('914 points in, 914 stored');
    const shown = wordsOf(readFileSync(join(root, 'docs', 'images', 'start.svg'), 'utf8'));
    const drawn = wordsOf(readFileSync(picture, 'utf8'));
    const headers = shown.slice(1, shown.indexOf('p90 in 8 h') + 1);
    expect(headers).toHaveLength(7);
    expect(drawn).toEqual(expect.arrayContaining([...headers, 'readme-host', '^ forecast', 'history']));
    expect(drawn[0]).toBe(shown[0]);
  });

  it('is drawn at the top of the README, by the command stated there', () => {
    expect(readme.indexOf('](docs/images/start.svg)')).toBeLessThan(readme.indexOf('##'));
    const [, command = ''] = /Drawn by `npm start -- ([^`]+)`/.exec(readme) ?? [];
    expect(readStartOptions(command.split(' ')).picture).toBe(join(root, 'docs', 'images', 'start.svg'));
  });

  it('reports invalid options', async () => {
    const wrong = start('--data', join(folder, 'nowhere'));
    await wrong.said(`folder ${join(folder, 'nowhere')} does not exist`);
    expect(await wrong.ended).toBe(2);
  });
});
