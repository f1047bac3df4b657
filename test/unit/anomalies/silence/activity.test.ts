import { describe, expect, it } from 'vitest';
import { activityOf, metricActivityOf, reportedTime } from '../../../../core/anomalies/silence/activity.ts';

const NOW = 1_795_255_500;
const every = (step: number, count: number, until = NOW) =>
  Array.from({ length: count }, (_, i) => until - step * (count - i));

describe('the activity of a target', () => {
  it('is its newest point, the interval of its most frequent metric, and its usual pause over all metrics', () => {
    const paused = [...every(60, 10, NOW - 5000), ...every(60, 10)];
    const points = new Map([
      ['a', paused],
      ['b', every(300, 3)],
      ['c', []],
    ]);
    expect(activityOf('a', points)).toMatchObject({
      targetId: 'a',
      lastPoint: NOW - 60,
      interval: 60,
      usualPause: 300,
    });
  });

  it('of a single point of each metric has no interval', () => {
    const points = new Map([
      ['a', [NOW]],
      ['b', [NOW]],
    ]);
    expect(activityOf('a', points)).toMatchObject({ lastPoint: NOW, interval: undefined, usualPause: 0 });
  });

  it('is unknown without points', () => {
    expect(activityOf('a', new Map())).toBeUndefined();
    expect(activityOf('a', new Map([['cpu', []]]))).toBeUndefined();
  });

  it('counts no time in which it paused', () => {
    const activity = activityOf('a', new Map([['cpu', [...every(300, 3, NOW - 7200), ...every(300, 3)]]]))!;
    expect(reportedTime(activity)).toEqual([0, 300, 600, 600, 900, 1200]);
  });
});

describe('the activity of a metric', () => {
  const cpu = every(300, 100);
  const of = (points: readonly number[]) =>
    metricActivityOf(
      activityOf(
        'a',
        new Map([
          ['cpu', cpu],
          ['own', points],
        ]),
      )!,
      'own',
    );

  it('is complete if it comes with every report, or rarely but steadily', () => {
    expect(of(cpu)).toMatchObject({ presence: 1, absent: 0, usualPause: 300, count: 100 });
    expect(of(cpu.filter((_, i) => i % 12 === 0))).toMatchObject({
      presence: 1,
      absent: 900,
      usualPause: 3600,
    });
  });

  it('is partial if it comes with some reports', () => {
    expect(of(cpu.filter((_, i) => i % 50 < 10))?.presence).toBeLessThan(0.4);
    expect(of(cpu.slice(80))?.presence).toBeCloseTo(0.2);
  });
});
