import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInTimeOrder } from '../../../cli/input/points-in-time-order.ts';
import { runCli, waveCsv } from './fake-terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'forestall-'));
const SORTED = 'the points do not run forward in time; sorted';

const readAll = async (path: string, stdin: Readable) => {
  const [points, lines]: [(readonly [string, number])[], string[]] = [[], []];
  for await (const batch of readInTimeOrder(path, stdin, (line) => lines.push(line)))
    for (const { series, timestamp } of batch) points.push([series.name, timestamp]);
  return { points, lines };
};
const fromFile = (text: string) => {
  const path = join(directory, 'f.csv');
  writeFileSync(path, text);
  return readAll(path, Readable.from([]));
};
const piped = (...pieces: readonly string[]) =>
  readAll('-', Readable.from(pieces.map((piece) => Buffer.from(piece))));

describe('points in the order of time', () => {
  const [header, ...rows] = waveCsv(1200).trimEnd().split('\n');
  const spiked = rows.map((row, at) => (at === 1000 ? row.replace(/,.*/, ',400') : row));
  const csv = (some: readonly string[]) => `${[header, ...some].join('\n')}\n`;

  it('are the same for a file in any order', async () => {
    const forward = await fromFile('timestamp,series,value\n60,a,1\n60,b,1\n120,a,2\n120,b,2\n180,a,3\n');
    expect(forward.lines).toEqual([]);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(['60,a,1', '60,b,1', '120,a,2', '120,b,2', '180,a,3'], { minLength: 5 }),
        async (shuffled) => {
          const { points, lines } = await fromFile(`timestamp,series,value\n${shuffled.join('\n')}\n`);
          const of = (wanted: string) => points.filter(([name]) => name === wanted).map(([, at]) => at);
          expect([of('a'), of('b')]).toEqual([
            [60, 120, 180],
            [60, 120],
          ]);
          for (const line of lines) expect(line).toBe(`f.csv: ${SORTED}`);
        },
      ),
    );
  });

  it('keep the order of a file with one series after another', async () => {
    const { points, lines } = await fromFile('timestamp,series,value\n60,a,1\n120,a,1\n60,b,1\n120,b,1\n');
    expect(points).toEqual([
      ['a', 60],
      ['a', 120],
      ['b', 60],
      ['b', 120],
    ]);
    expect(lines).toEqual([]);
  });

  it('are sorted if a pipe begins with the newest', async () => {
    const { points, lines } = await piped('timestamp,value\n180,1\n', '120,1\n', '60,1\n');
    expect(points.map(([, at]) => at)).toEqual([60, 120, 180]);
    expect(lines).toEqual([`stdin: ${SORTED}`]);
  });

  it('stream from a pipe that never ends', async () => {
    const pipe = new PassThrough();
    pipe.write('timestamp,value\n60,1\n120,2\n');
    const batches = readInTimeOrder('-', pipe, () => {});
    expect((await batches.next()).value?.map(({ timestamp }) => timestamp)).toEqual([60, 120]);
    const next = batches.next();
    pipe.write('180,3\n');
    expect((await next).value?.map(({ timestamp }) => timestamp)).toEqual([180]);
    pipe.end();
  });

  it('may be late now and then in a pipe, but not often', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `${i * 60 + 180},1`).join('\n');
    const rare = await piped('timestamp,value\n60,1\n120,1\n', `${many}\n60,1\n`);
    expect(rare.lines).toEqual(['stdin line 304: later points came first; late ones are not scored']);
    await expect(piped('timestamp,value\n60,1\n120,1\n', '90,1\n300,1\n240,1\n')).rejects.toThrow(
      'stdin: found 2 of 3 points after later ones, expected the order of time: sort them',
    );
  });

  it('make detect give the same alerts, newest first or oldest first', async () => {
    const forward = await runCli(['detect', '-'], { stdin: Readable.from([Buffer.from(csv(spiked))]) });
    const alerts = (out: string) => out.split('\n').filter((line) => line.endsWith(',1'));
    expect(alerts(forward.out).length).toBeGreaterThan(0);
    const path = join(directory, 'newest-first.csv');
    writeFileSync(path, csv(spiked.toReversed()));
    const { code, out, err } = await runCli(['detect', path]);
    expect({ code, out }).toEqual({ code: 0, out: forward.out });
    expect(err).toBe(`forestall: newest-first.csv: ${SORTED}\n`);
  });
});

describe('detect', () => {
  it('reads exports, and repeats times and values as they are', async () => {
    const fixture = (name: string) => join('test', 'fixtures', 'exports', name);
    const table = await runCli(['detect', fixture('sadf-d.csv')]);
    expect(table.out.split('\n')[1]).toBe('2026-11-24 00:05:00 UTC,web1/%user,28.78,0,0');
    const document = await runCli(['detect', fixture('datadog-query.json'), '--json']);
    expect(JSON.parse(document.out.split('\n')[0]!)).toEqual({
      timestamp: 1_795_478_700_000,
      series: 'web1/system.cpu.user',
      value: 28.781375794120578,
      score: 0,
      alert: false,
    });
  });

  it('prints the header of a file without rows', async () => {
    const stdin = Readable.from([Buffer.from('timestamp,value\n')]);
    expect((await runCli(['detect', '-'], { stdin })).out).toBe('timestamp,value,score,alert\n');
  });
});
