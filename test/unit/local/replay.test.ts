import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IngestPayload } from '../../../cli/api-client/requests.ts';
import type { ProfiledSeries } from '../../../core/simulator/ingest-body.ts';
import { toIngestBodies } from '../../../core/simulator/ingest-body.ts';
import { readFleetCsv } from '../../../local/replay/read-fleet-csv.ts';
import { replay } from '../../../local/replay/replay-fleet.ts';
import { keepSince, shiftToNow } from '../../../local/replay/shift-to-now.ts';

const directoryOf = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'forestall-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
};
const seriesOf = (targetId: string, timestamps: number[], metric = 'm'): ProfiledSeries => ({
  targetId,
  metric,
  kind: 'gauge',
  timestamps,
  values: timestamps.map((_, index) => index),
});

describe('reading a recorded fleet', () => {
  it('names series by file, by series column and by ingest columns', async () => {
    const root = directoryOf({
      'a/ec2_cpu_utilization_5f.csv': 'timestamp,value\n2014-02-14 14:27:00,1\n2014-02-14 14:32:00,\n',
      'b/fleet-memory_percent.csv': 'timestamp,series,value\n60,vm 1,2\n60,vm2,3\n',
      'c/sim.csv': 'timestamp,target,metric,value,profile,unit\n60,web-1,latency_ms,4,web,ms\n',
      'labels.json': '{}',
    });
    const { series, skipped } = await readFleetCsv(root);
    expect(skipped).toEqual([]);
    expect(series).toEqual([
      { targetId: 'ec2_5f', metric: 'cpu_utilization', kind: 'gauge', timestamps: [1392388020], values: [1] },
      { targetId: 'vm_1', metric: 'memory_percent', kind: 'gauge', timestamps: [60], values: [2] },
      { targetId: 'vm2', metric: 'memory_percent', kind: 'gauge', timestamps: [60], values: [3] },
      {
        targetId: 'web-1',
        metric: 'latency_ms',
        kind: 'gauge',
        unit: 'ms',
        profile: 'web',
        timestamps: [60],
        values: [4],
      },
    ]);
  });

  it('says of each file why it cannot be used, if none can', async () => {
    const root = directoryOf({ 'a.csv': 'x,y\n', 'b.csv': 'timestamp,value\n' });
    await expect(readFleetCsv(root)).rejects.toThrow(
      /none of its 2 CSV files can be used:\n {2}a\.csv line 1: .*\n {2}b\.csv/,
    );
    const many = directoryOf(Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`${i}.csv`, 'x\n'])));
    await expect(readFleetCsv(many)).rejects.toThrow(/and 2 more$/);
    await expect(readFleetCsv(directoryOf({ 'a.txt': '' }))).rejects.toThrow(
      'found no file that ends in .csv',
    );
  });

  it('keeps series of like names apart', async () => {
    const text = 'timestamp,value\n60,1\n';
    const root = directoryOf({ 'a/cpu_x.csv': text, 'b/cpu_x.csv': text, 'c/b/cpu_x.csv': text });
    const { series } = await readFleetCsv(root);
    expect(series.map(({ targetId }) => targetId)).toEqual(['x', 'x_b', 'x_b_2']);
  });

  it('skips what it cannot use, with the reason, and reads one file alike', async () => {
    const root = directoryOf({
      'good.csv': 'timestamp,value\n60,1\n',
      'odd.csv': 'a,b\n',
      'gaps.csv': 'timestamp,value\n60,\n',
    });
    const { series, skipped } = await readFleetCsv(root);
    expect(series.length).toBe(1);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'gaps.csv: no values; expected rows of data',
      'odd.csv line 1: found "a,b", expected a header "timestamp,value" or "timestamp,series,value"; docs/cli.md lists the other formats',
    ]);
    expect((await readFleetCsv(join(root, 'good.csv'))).series.length).toBe(1);
  });

  it('reports a path without anything to read', async () => {
    await expect(readFleetCsv('/nowhere')).rejects.toThrow('/nowhere: no such file or directory');
    await expect(readFleetCsv(directoryOf({ 'a.txt': '' }))).rejects.toThrow('no file that ends in .csv');
    await expect(readFleetCsv(directoryOf({ 'a.csv': 'x' }))).rejects.toThrow('a.csv line 1: found "x"');
  });
});

describe('shifting to now', () => {
  it('ends every target within one step before now, moved by whole steps, its shape untouched', () => {
    const steps = fc.constantFrom(60, 300, 900, 3600);
    const starts = fc.integer({ min: 0, max: 1_500_000_000 });
    fc.assert(
      fc.property(steps, starts, fc.integer({ min: 2, max: 50 }), (step, start, length) => {
        const now = 1_795_000_123.5;
        const original = Array.from({ length }, (_, i) => start + i * step);
        const [moved] = shiftToNow([seriesOf('t', original)], now);
        const shift = moved!.timestamps[0]! - original[0]!;
        expect(shift % step).toBe(0);
        expect(moved!.timestamps).toEqual(original.map((at) => at + shift));
        const end = moved!.timestamps.at(-1)!;
        expect(end <= now && end > now - step).toBe(true);
      }),
    );
  });

  it('moves all series of a target together, and other targets on their own', () => {
    const fleet = [seriesOf('a', [0, 300, 600], 'x'), seriesOf('a', [0, 300], 'y'), seriesOf('b', [7, 307])];
    const moved = shiftToNow(fleet, 9000);
    expect(moved.map(({ timestamps }) => timestamps)).toEqual([
      [8400, 8700, 9000],
      [8400, 8700],
      [8407, 8707],
    ]);
  });

  it('takes points in any order, and leaves an empty series alone', () => {
    const moved = shiftToNow([seriesOf('a', [600, 0, 300]), seriesOf('b', [])], 1300);
    expect(moved.map(({ timestamps }) => timestamps)).toEqual([[1200, 600, 900], []]);
  });

  it('moves back what lies in the future', () => {
    expect(shiftToNow([seriesOf('a', [9000, 9300])], 650)[0]?.timestamps).toEqual([300, 600]);
  });

  it('keeps only what the API would keep', () => {
    const fleet = [seriesOf('a', [1, 2, 3]), seriesOf('b', [1]), seriesOf('c', [5])];
    expect(keepSince(fleet, 2)).toEqual([{ ...fleet[0], timestamps: [2, 3], values: [1, 2] }, fleet[2]]);
  });
});

describe('replaying', () => {
  it('sends every body once and adds up what came of it', async () => {
    const sent: IngestPayload[] = [];
    const progress: number[] = [];
    const client = {
      ingest: async (payload: IngestPayload) => {
        sent.push(payload);
        return { accepted: 2, requestId: 'r' };
      },
    };
    const bodies = toIngestBodies([seriesOf('a', [1, 2, 3]), seriesOf('b', [4])], 2);
    const totals = await replay(client, bodies, {
      concurrency: 2,
      onProgress: (points) => progress.push(points),
    });
    expect(totals).toMatchObject({ requests: 2, points: 4, counts: { accepted: 4 } });
    expect(progress).toEqual([2, 2]);
    const series = sent.flatMap(({ body }) => JSON.parse(String(body)).series);
    expect(series.map(({ target, values }) => [target, values])).toEqual([
      ['a', [0, 1]],
      ['a', [2]],
      ['b', [0]],
    ]);
  });

  it('stops at the first refusal', async () => {
    const client = { ingest: () => Promise.reject(new Error('refused')) };
    await expect(replay(client, toIngestBodies([seriesOf('a', [1, 2, 3])], 1))).rejects.toThrow('refused');
  });
});
