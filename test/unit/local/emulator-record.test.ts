import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type EmulatorRecord,
  judgeLeftOver,
  readRecord,
  writeRecord,
} from '../../../local/emulator/emulator-record.ts';
import { isAlive, listProcesses, parseProcessList } from '../../../local/emulator/running-process.ts';

const record: EmulatorRecord = {
  pid: 500,
  port: 4566,
  temporary: '/tmp/forestall-emulator-x',
  owner: { pid: 400, command: 'node local/start.ts' },
};
const emulator = { pid: 500, group: 500, command: '.local/venv/bin/python /p/local/emulator/launch.py' };
const worker = { pid: 510, group: 500, command: 'node /tmp/x/ministack-lambda-query-api-1/_worker.js' };
const owner = { pid: 400, group: 400, command: 'node local/start.ts' };

describe('the emulator of an earlier run', () => {
  it('is ended if its starter has ended', () => {
    expect(judgeLeftOver(record, [emulator, worker])).toBe('end');
  });

  it('is ended if only its Lambda workers are left', () => {
    expect(judgeLeftOver(record, [worker])).toBe('end');
  });

  it('is in use while its starter runs', () => {
    expect(judgeLeftOver(record, [owner, emulator])).toBe('in use');
  });

  it('is ended if the id of its starter belongs to another program now', () => {
    expect(judgeLeftOver(record, [{ ...owner, command: 'vim' }, emulator])).toBe('end');
  });

  it('is never confused with another program that has its id', () => {
    expect(judgeLeftOver(record, [{ pid: 500, group: 500, command: 'postgres' }])).toBe('gone');
  });

  it('is never confused with an emulator of another group', () => {
    expect(judgeLeftOver(record, [{ ...emulator, pid: 700, group: 700 }])).toBe('gone');
  });
});

describe('the record', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forestall-record-'));
  const path = join(folder, 'emulator.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read back as written', () => {
    writeRecord(path, record);
    expect(readRecord(path)).toEqual(record);
  });

  it.each(['', '{"pid": 5', '{"pid": -1, "port": 2}', '[]'])('counts %o as none', (text) => {
    writeFileSync(path, text);
    expect(readRecord(path)).toBeUndefined();
    rmSync(path);
    expect(readRecord(path)).toBeUndefined();
  });
});

describe('running processes', () => {
  it('include this one, with its command line', () => {
    const own = listProcesses().find(({ pid }) => pid === process.pid);
    expect(own?.command).toMatch(/node/);
    expect(isAlive(process.pid)).toBe(true);
  });

  it('are read from ps, without zombies', () => {
    const list = '  1  1 Ss /sbin/init\n 42  40 S+ node a b\n 43  40 Z (node)\nnonsense\n';
    expect(parseProcessList(list)).toEqual([
      { pid: 1, group: 1, command: '/sbin/init' },
      { pid: 42, group: 40, command: 'node a b' },
    ]);
  });

  it('do not include an id beyond the largest', () => {
    expect(isAlive(2 ** 30)).toBe(false);
  });
});
