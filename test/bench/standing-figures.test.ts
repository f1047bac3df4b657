import { describe, expect, it } from 'vitest';
import type { HourlyRun } from '../../bench/forecasts/warnings/hourly-runs.ts';
import {
  alone,
  standing,
  standingFigures,
  upperMean,
} from '../../bench/forecasts/warnings/standing-figures.ts';

const STEP = 300;
/** An hourly run: its probability of a breach in four hours, and the steps to the breach that came, if one did. */
const runs = (given: readonly (readonly [probability: number, stepsToBreach: number])[]): HourlyRun[] =>
  given.map(([probability, stepsToBreach], hour) => ({
    issuedAt: hour * 3_600_000,
    threshold: { direction: 'above', limit: 80, source: 'fixed' },
    stepsToBreach,
    breach: {
      probability,
      timeToImpactSeconds: { p10: 14_400, p50: 14_400, p90: 14_400 },
      expectedShareBeyond: 0.1,
      severity: probability >= 0.5 ? 'warning' : 'info',
    },
  }));
const flapping = runs([
  ...([
    [0.1, 0],
    [0.95, 0],
    [0.4, 60],
    [0.6, 48],
    [0.4, 36],
    [0.6, 24],
  ] as const),
]);

describe('standingFigures', () => {
  it('counts raised and ended warnings, false ones, and runs before a breach', () => {
    expect(standingFigures([flapping], alone, STEP)).toEqual({
      ...{ runs: 5, raised: 3, falselyRaised: 1, ended: 2, regraded: 0, falseRuns: 1 },
      ...{ breachRuns: 4, warnedRuns: 2, leadMinutes: 180 },
    });
  });

  it('counts a warning that stands once', () => {
    expect(standingFigures([flapping, runs([[0.1, 0]])], standing, STEP)).toMatchObject({
      ...{ runs: 5, raised: 1, falselyRaised: 1, ended: 0, breachRuns: 4, warnedRuns: 4 },
    });
  });

  it('does not count the first run of a metric, whose warning may have stood before', () => {
    expect(
      standingFigures(
        [
          runs([
            [0.9, 0],
            [0.9, 0],
          ]),
        ],
        standing,
        STEP,
      ),
    ).toMatchObject({
      ...{ runs: 1, raised: 0, falseRuns: 1 },
    });
  });
});

describe('upperMean', () => {
  it.each([
    [0, 2.996],
    [1, 4.744],
    [2, 6.296],
    [10, 16.962],
  ])('of %d events is %d', (events, mean) => expect(upperMean(events)).toBeCloseTo(mean, 3));
});
