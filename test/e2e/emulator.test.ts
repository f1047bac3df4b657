import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { listProcesses } from '../../local/emulator/running-process.ts';
import { ensureEmulator } from '../../local/emulator/virtual-environment.ts';

const projectRoot = join(import.meta.dirname, '..', '..');
const STARTER = join(import.meta.dirname, 'emulator', 'starter.ts');

let python: string;
let folder: string;

beforeAll(async () => {
  ({ python } = await ensureEmulator(projectRoot));
});
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forestall-emulator-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const processesOf = (group: number) => listProcesses().filter((process) => process.group === group);

const untilEnded = async (group: number): Promise<void> => {
  while (processesOf(group).length > 0) await sleep(50);
};

const connects = async (host: string, port: number): Promise<boolean> => {
  const socket = createConnection({ host, port, timeout: 2000 });
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'timeout').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
};

/** Another process that starts the emulator in the same folder, as an `npm start` would. */
const startElsewhere = async () => {
  const starter = spawn(process.execPath, [STARTER, projectRoot, python, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(starter.stdout, 'data');
  const { pid, port } = JSON.parse(String(line));
  return { starter, pid: Number(pid), port: Number(port) };
};

describe('the emulator', () => {
  it('listens on the loopback address only, and leaves no process and no file when stopped', async () => {
    const emulator: Emulator = await startEmulator({ projectRoot, python, folder });
    const health = await fetch(`${emulator.endpoint}/_ministack/health`);
    expect(health.status).toBe(200);
    expect(await connects('127.0.0.1', emulator.port)).toBe(true);
    expect(await connects('127.0.0.2', emulator.port)).toBe(false);
    expect(processesOf(emulator.pid).length).toBeGreaterThan(0);
    await emulator.stop();
    await emulator.ended;
    expect(processesOf(emulator.pid)).toEqual([]);
    expect(existsSync(join(folder, 'emulator.json'))).toBe(false);
    await emulator.stop();
  });

  it('ends if its starter is killed, and can be started again immediately', async () => {
    const { starter, pid } = await startElsewhere();
    const killed = once(starter, 'exit');
    starter.kill('SIGKILL');
    await killed;
    const again = await startEmulator({ projectRoot, python, folder });
    await untilEnded(pid);
    expect(processesOf(again.pid).length).toBeGreaterThan(0);
    await again.stop();
  });

  it('does not replace another one that is still running', async () => {
    const { starter, pid, port } = await startElsewhere();
    const refused = startEmulator({ projectRoot, python, folder });
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow(new RegExp(`process ${starter.pid}, emulator on port ${port}`));
    starter.kill('SIGTERM');
    await untilEnded(pid);
  });

  it('shows the end of its log if it cannot start', async () => {
    const unusable = startEmulator({ projectRoot, python: process.execPath, folder });
    await expect(unusable).rejects.toThrow(/ended while starting[\s\S]*emulator\.log/);
    expect(existsSync(join(folder, 'emulator.json'))).toBe(false);
  });
});
