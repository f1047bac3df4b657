import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PeerDetector } from '../../../../core/anomalies/engine/peer-detector.ts';
import { alertOf } from '../../../../core/anomalies/peers/announce-departures.ts';
import {
  GroupDetectors,
  packGroupDetectors,
  unpackGroupDetectors,
} from '../../../../core/anomalies/peers/group-detectors.ts';
import { momentsOf, type Total } from '../../../../core/anomalies/peers/hour-moments.ts';
import {
  MAX_METRICS,
  readyMoments,
  replayGroupHour,
} from '../../../../core/anomalies/peers/replay-group-hour.ts';
import type { Block } from '../../../../core/metrics/blocks/block.ts';
import { NO_SETTINGS } from '../../../../core/platform/settings/settings.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

const HOUR = 498_000;
const START = HOUR * 3600;
const blockOf = (points: Readonly<Record<string, readonly (readonly [number, number])[]>>): Block =>
  new Map(
    Object.entries(points).map(([metric, own]) => [
      metric,
      {
        offsets: Uint16Array.from(own, ([offset]) => offset),
        values: Float64Array.from(own, ([, value]) => value),
        receipts: new Float64Array(own.length),
      },
    ]),
  );
const means = (block: Block, counters: string[] = [], totals = new Map<string, Total>()) =>
  momentsOf(HOUR, block, new Set(counters), totals);

describe('moments of an hour', () => {
  it('are means of five minutes, NaN if nothing was reported', () => {
    const { metrics, newest } = means(
      blockOf({
        cpu: [
          [0, 10],
          [60, 20],
          [299, 30],
          [3599, 5],
        ],
      }),
    );
    expect(Array.from(metrics.get('cpu')!).slice(0, 2)).toEqual([20, Number.NaN]);
    expect(metrics.get('cpu')![11]).toBe(5);
    expect(newest).toBe(START + 3599);
  });

  it('omit values that are not numbers, and metrics without points', () => {
    const { metrics } = means(
      blockOf({
        cpu: [
          [0, Number.POSITIVE_INFINITY],
          [10, 4],
        ],
        none: [],
      }),
    );
    expect(metrics.get('cpu')![0]).toBe(4);
    expect(metrics.has('none')).toBe(false);
  });

  it('are rates of counters: none for the first, none for a reset, and carried from hour to hour', () => {
    const totals = new Map<string, Total>();
    const block = blockOf({
      requests: [
        [0, 1000],
        [300, 1600],
        [600, 50],
        [900, 350],
      ],
    });
    const first = Array.from(means(block, ['requests'], totals).metrics.get('requests')!).slice(0, 4);
    expect(first).toEqual([Number.NaN, 2, Number.NaN, 1]);
    expect(totals.get('requests')).toEqual({ at: START + 900, value: 350 });
    const next = momentsOf(HOUR + 1, blockOf({ requests: [[0, 3050]] }), new Set(['requests']), totals);
    expect(next.metrics.get('requests')![0]).toBe(1);
    const again = means(block, ['requests'], totals).metrics.get('requests')!;
    expect(again.every(Number.isNaN)).toBe(true);
    expect(totals.get('requests')).toEqual({ at: START + 3600, value: 3050 });
  });
});

describe('moments that can be compared', () => {
  const group = (newest: readonly number[]) =>
    new Map(newest.map((at, i) => [`web-${i}`, { metrics: new Map(), newest: at }]));

  it('are over, and reported by most reporting targets or ten minutes old', () => {
    const now = START + 900;
    expect(readyMoments(HOUR, group(Array(10).fill(START + 800)), now)).toBe(3);
    expect(readyMoments(HOUR, group([...Array(8).fill(START + 800), START + 1, START + 2]), now)).toBe(3);
    const slow = [...Array(7).fill(START + 800), START + 1, START + 2, START + 3];
    expect(readyMoments(HOUR, group(slow), now)).toBe(1);
    expect(readyMoments(HOUR, group(slow), START + 1200)).toBe(2);
    expect(readyMoments(HOUR, group(Array(10).fill(START + 299)), START + 299)).toBe(0);
    expect(readyMoments(HOUR, group([...Array(9).fill(START + 800), START - 3600]), now)).toBe(3);
    expect(readyMoments(HOUR, group([]), START + 7200)).toBe(12);
  });
});

describe('the state of a group', () => {
  const at = (targetId: string, metric: string) =>
    [targetId, { metrics: new Map([[metric, new Float64Array(12).fill(1)]]), newest: START }] as const;
  const hour = (metric: string) => new Map(['a', 'b', 'c', 'd'].map((id) => at(id, metric)));
  const context = { tenantId: 'acme', settings: NO_SETTINGS };

  it('survives a round trip through bytes, including counters', () => {
    const watch = new GroupDetectors(HOUR);
    replayGroupHour(watch, HOUR, hour('cpu'), context);
    watch.totals.set('a', new Map([['requests', { at: START, value: 7 }]]));
    const copy = unpackGroupDetectors(packGroupDetectors(watch));
    expect(copy.totals).toEqual(watch.totals);
    expect(copy.comparisons.get('cpu')?.size).toBe(4);
    expect(packGroupDetectors(copy)).toEqual(packGroupDetectors(watch));
  });

  it('rejects damaged bytes and other formats', () => {
    expect(() => unpackGroupDetectors(Uint8Array.of(1, 2, 3))).toThrow(InvalidInputError);
    expect(() => unpackGroupDetectors(deflateRawSync(Uint8Array.of(9)))).toThrow('format 1, found 9');
    const other = packGroupDetectors(new GroupDetectors(HOUR));
    expect(() => unpackGroupDetectors(other.subarray(0, 3))).toThrow(InvalidInputError);
  });

  it('forgets targets, metrics and counters after a week', () => {
    const watch = new GroupDetectors(HOUR);
    replayGroupHour(watch, HOUR, hour('cpu'), context);
    const totals = new Map([
      ['old', { at: START, value: 1 }],
      ['new', { at: START + 8 * 86_400, value: 1 }],
    ]);
    watch.totals.set('a', totals);
    watch.totals.set('b', new Map([['old', { at: START, value: 1 }]]));
    watch.close(HOUR + 24);
    expect([watch.openHour, watch.comparisons.size, watch.totals.size]).toEqual([HOUR + 24, 1, 2]);
    watch.close(HOUR + 8 * 24);
    expect(watch.comparisons.size).toBe(0);
    expect([...watch.totals.keys()]).toEqual(['a']);
    expect([...watch.totals.get('a')!.keys()]).toEqual(['new']);
  });

  it('adds metrics up to the limit, the first by name, and keeps existing ones', () => {
    const watch = new GroupDetectors(HOUR);
    watch.comparisons.set('zzz', new PeerDetector());
    const names = Array.from({ length: MAX_METRICS + 5 }, (_, i) => `m${String(i).padStart(4, '0')}`);
    const many = new Map([...names, 'zzz'].map((name) => [name, new Float64Array(12)]));
    const group = new Map(['a', 'b', 'c', 'd'].map((id) => [id, { metrics: many, newest: START }]));
    replayGroupHour(watch, HOUR, group, context, 1);
    expect(watch.comparisons.size).toBe(MAX_METRICS);
    expect(watch.comparisons.has('zzz')).toBe(true);
    expect(watch.comparisons.has(names[MAX_METRICS - 2]!)).toBe(true);
    expect(watch.comparisons.has(names[MAX_METRICS - 1]!)).toBe(false);
  });
});

it('the reason of a departure names the target and its peers', () => {
  const band = { lower: 38.2, upper: 45 };
  const departure = { metric: 'cpu_percent', targetId: 'web-3', timestamp: 600, since: 300, value: 88.123 };
  const alert = alertOf({ ...departure, score: 5, oneIn: 900, median: 41.04, peers: 19, expected: band });
  expect(alert.reason).toBe('cpu_percent of web-3 departed from its 19 peers (median 41, value 88.1)');
});
