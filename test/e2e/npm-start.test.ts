/** `npm start` of a newcomer, beside other systems on this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readStartOptions } from '../../local/start-options.ts';
import { writeReadmeFiles } from './readme-files.ts';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'forestall-start-'));

/** Title and words of a picture. */
const wordsOf = (svg: string): string[] =>
  [...svg.matchAll(/<(?:title|text)\b[^>]*>([^<]*)</g)].map(([, words = '']) => words);

beforeAll(() => writeReadmeFiles(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
