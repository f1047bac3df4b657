import { describe, expect, it } from 'vitest';
import {
  alignMoments,
  type CombinedMetrics,
  planCombination,
} from '../../../../core/anomalies/tracking/combined-metrics.ts';
import type { ObservedPoint } from '../../../../core/anomalies/tracking/observed-point.ts';
import { TrackedSeries } from '../../../../core/anomalies/tracking/tracked-series.ts';
import type { Block } from '../../../../core/metrics/blocks/block.ts';
import { DAY, NOW, STEP, usual } from './target-world.ts';

const HOUR = 3600;
const HOUR_END = Math.floor(NOW / HOUR) * HOUR;

interface Learned {
  readonly variant?: 'full' | 'light';
  readonly from?: number;
  readonly to?: number;
  readonly step?: number;
  readonly value?: (at: number) => number;
}

const learned = (metric: string, options: Learned = {}): TrackedSeries => {
  const { variant = 'full', from = HOUR_END - 2 * DAY, to = HOUR_END, step = STEP, value = usual } = options;
  const series = new TrackedSeries(metric, variant, 'gauge');
  for (let at = from; at < to; at += step) series.next(at, value(at), {});
  return series;
};

const of = (...series: readonly TrackedSeries[]) => new Map(series.map((one) => [one.metric, one]));

const blockOf = (steps: Readonly<Record<string, number>>): Block =>
  new Map(
    Object.entries(steps).map(([metric, step]) => {
      const offsets = Uint16Array.from({ length: Math.floor(HOUR / step) }, (_, i) => i * step);
      const values = new Float64Array(offsets.length);
      return [metric, { offsets, values, receipts: values }];
    }),
  );

const plan = (
  known: CombinedMetrics | undefined,
  series: ReturnType<typeof of>,
  block = blockOf({ cpu: 300 }),
) => planCombination(known, series, HOUR_END, block);

describe('a combination of metrics', () => {
  const [cpu, disk] = [learned('cpu'), learned('disk')];

  it('has the metrics with full detectors, known for a day, reporting and moving, by name', () => {
    const others = [
      learned('a-light', { variant: 'light' }),
      learned('b-new', { from: HOUR_END - DAY + STEP }),
      learned('c-silent', { from: HOUR_END - 4 * DAY, to: HOUR_END - 2 * DAY }),
      learned('d-still', { value: () => 7 }),
    ];
    expect(plan(undefined, of(disk, ...others, cpu))?.metrics).toEqual(['cpu', 'disk']);
    expect(plan(undefined, of(cpu, ...others))).toBeUndefined();
    expect(plan(undefined, new Map())).toBeUndefined();
  });

  it('has no metrics that report far less often than the others', () => {
    const series = of(cpu, disk, learned('hourly', { step: HOUR }), learned('slower', { step: 2 * STEP }));
    expect(plan(undefined, series)?.metrics).toEqual(['cpu', 'disk', 'slower']);
  });

  it('has at most sixteen metrics', () => {
    const many = Array.from({ length: 20 }, (_, i) => learned(`m${10 + i}`));
    expect(plan(undefined, of(...many))?.metrics).toHaveLength(16);
  });

  it('has the step of the coarsest metric, at most an hour', () => {
    const step = (steps: Readonly<Record<string, number>>) =>
      plan(undefined, of(cpu, disk), blockOf(steps))?.stepSeconds;
    expect(step({ cpu: 60, disk: 300 })).toBe(300);
    expect(step({ cpu: 60, disk: 3600 })).toBe(3600);
    expect(step({ cpu: 60 })).toBe(3600);
  });

  it('is kept until one metric is silent for a day, or another is added', () => {
    const known = { metrics: ['cpu', 'disk'], stepSeconds: 60 };
    const net = learned('net');
    const silent = learned('disk', { from: HOUR_END - 4 * DAY, to: HOUR_END - 2 * DAY });
    expect(plan(known, of(cpu, disk))).toBe(known);
    expect(plan(known, of(cpu, disk, net))?.metrics).toEqual(['cpu', 'disk', 'net']);
    expect(plan(known, of(cpu, silent, net))?.metrics).toEqual(['cpu', 'net']);
    expect(plan(known, of(cpu))).toBeUndefined();
    // A metric that is constant for a while does not reset the combination.
    const still = learned('disk', { value: () => 7 });
    expect(plan(known, of(cpu, still))).toBe(known);
    expect(plan(known, of(cpu, still, net))).toBe(known);
  });
});

describe('moments', () => {
  const combined = { metrics: ['a', 'b'], stepSeconds: 60 };
  const seen = (...offsets: readonly number[]): ObservedPoint[] =>
    offsets.map((at) => ({ timestamp: HOUR + at, value: at, difference: -at, inEpisode: false }));
  const align = (a: readonly ObservedPoint[], b: readonly ObservedPoint[]) =>
    alignMoments(combined, HOUR, new Map([...Object.entries({ a, b })]));

  it('are the points of one push, with the values that detectors saw', () => {
    expect(align(seen(0, 60), seen(0, 60))).toMatchObject([
      { timestamp: HOUR, values: [0, 0], differences: [-0, -0] },
      { timestamp: HOUR + 60, values: [60, 60], differences: [-60, -60] },
    ]);
  });

  it('are on a grid if pushes differ: the first point of each step, and only if all metrics have one', () => {
    const moments = align(seen(5, 20, 65, 130), seen(1, 70, 200));
    expect(moments.map(({ timestamp, values }) => [timestamp - HOUR, ...values])).toEqual([
      [1, 5, 1],
      [65, 65, 70],
    ]);
  });

  it('do not change when more points arrive', () => {
    const before = align(seen(5, 65), seen(1, 70));
    const after = align(seen(5, 20, 65, 118, 130), seen(1, 55, 70, 140));
    expect(after.slice(0, 2)).toEqual(before);
  });

  it('are empty if a metric is missing', () => {
    expect(alignMoments(combined, HOUR, new Map([['a', seen(0)]]))).toEqual([]);
    expect(alignMoments(combined, HOUR, new Map([['b', seen(0)]]))).toEqual([]);
  });
});
