import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { RunningProcess } from './running-process.ts';

const Record = z.object({
  /** Leader of the emulator's process group. */
  pid: z.int().positive(),
  port: z.int().positive(),
  /** Folder of the unpacked Lambda code, removed with the emulator. */
  temporary: z.string().min(1),
  owner: z.object({ pid: z.int().positive(), command: z.string() }),
});

/** What `.local/emulator.json` says about the emulator that was started last: its group, port, files and starter. */
export type EmulatorRecord = z.infer<typeof Record>;

/** `end`: ours and ownerless. `in use`: its starter still runs. `gone`: nothing of ours is left under that id. */
export type LeftOver = 'gone' | 'end' | 'in use';

const LAUNCHER = 'local/emulator/launch.py';
const WORKER_FOLDER = 'ministack-lambda-';

/**
 * Judges what is left of a recorded emulator by the command lines of the running processes, never by ids alone:
 * an id may long belong to another program.
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

/** The record in a file, or undefined where there is none or only half of one. */
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
