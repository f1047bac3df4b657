import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { RunningProcess } from './running-process.ts';

const Record = z.object({
  /** Leader of the process group of the emulator. */
  pid: z.int().positive(),
  port: z.int().positive(),
  /** Folder of the unpacked Lambda code, removed with the emulator. */
  temporary: z.string().min(1),
  owner: z.object({ pid: z.int().positive(), command: z.string() }),
});

/** Content of `.local/emulator.json`: process group, port, files and starter of the emulator that was started last. */
export type EmulatorRecord = z.infer<typeof Record>;

/** `end`: our emulator, but its starter has ended. `in use`: its starter is running. `gone`: no such emulator runs. */
export type LeftOver = 'gone' | 'end' | 'in use';

const LAUNCHER = 'local/emulator/launch.py';
const WORKER_FOLDER = 'ministack-lambda-';

/**
 * Decides whether a recorded emulator is still running. It compares the command lines of the running processes, because
 * process ids may have been reused by other programs.
 */
export const judgeLeftOver = (record: EmulatorRecord, running: readonly RunningProcess[]): LeftOver => {
  const ours = running.filter(
    ({ group, command }) =>
      group === record.pid && (command.includes(LAUNCHER) || command.includes(WORKER_FOLDER)),
  );
  if (ours.length === 0) return 'gone';
  const owner = running.find(({ pid }) => pid === record.owner.pid);
  return owner !== undefined && owner.command === record.owner.command ? 'in use' : 'end';
};

/** Reads the record; undefined if the file is missing or incomplete. */
export const readRecord = (path: string): EmulatorRecord | undefined => {
  if (!existsSync(path)) return undefined;
  try {
    return Record.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

export const writeRecord = (path: string, record: EmulatorRecord): void => {
  writeFileSync(`${path}.new`, JSON.stringify(record));
  renameSync(`${path}.new`, path);
};

export const removeRecord = (path: string): void => rmSync(path, { force: true });
