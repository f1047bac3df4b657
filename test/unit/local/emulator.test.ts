import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError, DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { type Emulator, startEmulator } from '../../../local/emulator/emulator.ts';
import { readRecord, writeRecord } from '../../../local/emulator/emulator-record.ts';
import { endGroup } from '../../../local/emulator/end-group.ts';
import { findFreePort } from '../../../local/emulator/free-port.ts';
import { isAlive, listProcesses } from '../../../local/emulator/running-process.ts';
import { EMULATOR, temporaryFolder, writeProgram } from './fake-program.ts';

const NO_PROCESS = 2 ** 30;

/** Options of an emulator that this program replaces. */
const optionsFor = (source: string) => {
  const root = temporaryFolder();
  return { projectRoot: root, python: writeProgram(join(root, 'python'), source) };
};
const start = async (options: Parameters<typeof startEmulator>[0]): Promise<Emulator> => {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.stop());
  return emulator;
};
const recordIn = (root: string) => join(root, '.local', 'emulator.json');

/** A process group that runs a program until it is ended; resolves once the program has printed a line. */
const spawnGroup = async (source: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['-e', source], {
    ...{ detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  onTestFinished(() => void (isAlive(child.pid!) && child.kill('SIGKILL')));
  await once(child.stdout!, 'data');
  return child;
};
const runs = (group: number) => listProcesses().some((process) => process.group === group);

describe('the emulator', () => {
  it('responds under the address that it is given, and leaves nothing when it is stopped', async () => {
    const options = optionsFor(EMULATOR);
    const emulator = await start(options);
    expect((await fetch(`${emulator.endpoint}/_ministack/health`)).ok).toBe(true);
    expect(emulator.environment.AWS_ENDPOINT_URL).toBe(emulator.endpoint);
    expect(emulator.logPath).toBe(join(options.projectRoot, '.local', 'emulator.log'));
    expect(readFileSync(emulator.logPath, 'utf8')).toContain(`listening on ${emulator.port}`);
    const record = readRecord(recordIn(options.projectRoot));
    expect(record).toMatchObject({ pid: emulator.pid, port: emulator.port, owner: { pid: process.pid } });
    await emulator.stop();
    await emulator.ended;
    expect(runs(emulator.pid)).toBe(false);
    expect(existsSync(record?.temporary ?? '')).toBe(false);
    expect(readRecord(recordIn(options.projectRoot))).toBeUndefined();
    await emulator.stop();
  });

  it('keeps its files in another folder and uses another port, if set', async () => {
    const options = optionsFor(EMULATOR);
    const folder = join(options.projectRoot, 'elsewhere');
    const port = await findFreePort();
    const emulator = await start({ ...options, folder, port });
    expect([emulator.port, emulator.logPath]).toEqual([port, join(folder, 'emulator.log')]);
    expect(existsSync(join(options.projectRoot, '.local'))).toBe(false);
  });

  it('runs once per folder: a second start names the first and how to stop it', async () => {
    const options = optionsFor(EMULATOR);
    const emulator = await start(options);
    const second = startEmulator(options);
    await expect(second).rejects.toThrow(ConfigurationError);
    await expect(second).rejects.toThrow(
      `Forestall is already running from this folder (process ${process.pid}, emulator on port ${emulator.port}). Stop it with Ctrl-C or \`kill ${process.pid}\``,
    );
    expect(runs(emulator.pid)).toBe(true);
  });

  it('replaces one that a killed run left behind', async () => {
    const options = optionsFor(EMULATOR);
    const first = await start(options);
    const path = recordIn(options.projectRoot);
    writeRecord(path, { ...readRecord(path)!, owner: { pid: NO_PROCESS, command: 'node local/start.ts' } });
    const left = readRecord(path)!.temporary;
    const second = await start(options);
    expect(runs(first.pid)).toBe(false);
    expect(existsSync(left)).toBe(false);
    expect(second.pid).not.toBe(first.pid);
  });

  it('forgets one that has already ended', async () => {
    const options = optionsFor(EMULATOR);
    const first = await start(options);
    await endGroup(first.pid);
    const left = readRecord(recordIn(options.projectRoot))!.temporary;
    await start(options);
    expect(existsSync(left)).toBe(false);
  });

  it('that ends while starting shows the end of its log, and leaves no record', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `console.log('line ${i}.');`).join('');
    const options = optionsFor(`${lines}\nprocess.exit(3);`);
    const starting = startEmulator(options);
    await expect(starting).rejects.toThrow(DependencyUnavailableError);
    await expect(starting).rejects.toThrow(
      /^The emulator ended while starting\. Last lines of .*emulator\.log:\nline 5\.[\s\S]*line 19\.$/,
    );
    expect(readRecord(recordIn(options.projectRoot))).toBeUndefined();
  });

  it('whose port is in use shows why', async () => {
    const server = createServer((_, response) => response.writeHead(503).end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(startEmulator({ ...optionsFor(EMULATOR), port })).rejects.toThrow(/EADDRINUSE/);
  });

  it('that cannot be run at all is named', async () => {
    const options = { ...optionsFor(EMULATOR), python: '/no/such/python' };
    await expect(startEmulator(options)).rejects.toThrow(
      /^The emulator could not be started: .*\/no\/such\/python/,
    );
  });

  it('is stopped if the start is interrupted', async () => {
    const options = optionsFor('console.log("up"); setInterval(() => {}, 1000);');
    const interruption = new AbortController();
    const starting = startEmulator({ ...options, signal: interruption.signal });
    setTimeout(() => interruption.abort(), 300);
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
    expect(readRecord(recordIn(options.projectRoot))).toBeUndefined();
  });

  it('has none of the AWS settings of this machine', async () => {
    const options = optionsFor(`console.log(JSON.stringify(process.env));\n${EMULATOR}`);
    process.env.AWS_PROFILE = 'production';
    onTestFinished(() => {
      delete process.env.AWS_PROFILE;
    });
    const { logPath } = await start(options);
    expect(readFileSync(logPath, 'utf8')).not.toContain('production');
  });
});

describe('ending a process group', () => {
  it('sends SIGTERM first, and waits until its processes have ended', async () => {
    const { pid = 0 } = await spawnGroup('console.log(1); setInterval(() => {}, 1000)');
    await endGroup(pid);
    expect(runs(pid)).toBe(false);
  });

  it('kills what ignores the request', async () => {
    const { pid = 0 } = await spawnGroup(
      'process.on("SIGTERM", () => {}); console.log(1); setInterval(() => {}, 1000)',
    );
    await endGroup(pid, 200);
    expect(runs(pid)).toBe(false);
  });

  it('does nothing if it has ended', async () => {
    await expect(endGroup(NO_PROCESS)).resolves.toBeUndefined();
  });
});

describe('the record of the emulator', () => {
  it('that cannot be read is an error, not an absent one', () => {
    const folder = temporaryFolder();
    expect(() => readRecord(folder)).toThrow(/EISDIR/);
    writeFileSync(join(folder, 'emulator.json'), '{');
    expect(readRecord(join(folder, 'emulator.json'))).toBeUndefined();
  });
});

describe('a free port', () => {
  it('can be listened on', async () => {
    const server = createServer().listen(await findFreePort(), '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
