import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CALIBRATION_SETTINGS,
  calibrationDrift,
  NO_CALIBRATION_EVIDENCE,
  watchCoverage,
} from '../../../../core/models/drift/calibration-drift.ts';
import { addEvidence, NO_EVIDENCE, strengthOf } from '../../../../core/models/drift/change-evidence.ts';
import {
  conceptDrift,
  type DailyLosses,
  lossBaseline,
  NO_CONCEPT_EVIDENCE,
  watchLosses,
} from '../../../../core/models/drift/concept-drift.ts';
import { dailyBaseline } from '../../../../core/models/drift/daily-baseline.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

/** Days until the evidence passes the bar; `limit` if it does not. */
const daysToAlarm = (bar: number, limit: number, score: () => number): number => {
  let evidence = NO_EVIDENCE;
  for (let day = 1; day <= limit; day++) {
    evidence = addEvidence(evidence, score());
    if (strengthOf(evidence) >= bar) return day;
  }
  return limit;
};

describe('evidence of a rise', () => {
  it('takes at least as many days on average as the bar says to a false alarm', () => {
    const random = randomStream(1, 'scores');
    const runs = Array.from({ length: 200 }, () => daysToAlarm(50, 2000, () => random.normal()));
    expect(runs.reduce((total, days) => total + days, 0) / 200).toBeGreaterThan(50);
  });

  it.each([
    [1, 25],
    [2, 8],
    [4, 3],
  ])('of %d deviations a day passes a bar of 1000 days within %d days', (rise, days) => {
    const random = randomStream(2, 'scores', rise);
    const runs = Array.from({ length: 50 }, () => daysToAlarm(1000, 100, () => rise + random.normal()));
    expect(runs.toSorted((a, b) => a - b)[25]).toBeLessThanOrEqual(days);
  });

  it('does not forget how to alarm after years without a rise', () => {
    let evidence = NO_EVIDENCE;
    for (let day = 0; day < 2000; day++) evidence = addEvidence(evidence, -1);
    expect(strengthOf(evidence)).toBeLessThan(5);
    for (let day = 0; day < 8; day++) evidence = addEvidence(evidence, 2);
    expect(strengthOf(evidence)).toBeGreaterThan(1000);
  });

  it('of one strange day is bounded, and so is all evidence', () => {
    expect(strengthOf(addEvidence(NO_EVIDENCE, 1e9))).toBeLessThan(1000);
    let evidence = NO_EVIDENCE;
    for (let day = 0; day < 200; day++) evidence = addEvidence(evidence, 9);
    expect(strengthOf(evidence)).toBeLessThanOrEqual(1e12);
  });

  it('grows with the score', () => {
    const score = fc.double({ min: -10, max: 4, noNaN: true });
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(strengthOf(addEvidence(NO_EVIDENCE, low))).toBeLessThanOrEqual(
          strengthOf(addEvidence(NO_EVIDENCE, high)),
        );
      }),
    );
  });
});

describe('the baseline of a figure', () => {
  it('needs two weeks', () => {
    expect(dailyBaseline(new Array<number>(13).fill(1))).toBeNull();
    expect(dailyBaseline([...new Array<number>(13).fill(1), Number.NaN])).toBeNull();
    expect(dailyBaseline(new Array<number>(14).fill(1))).toEqual({ mean: 1, deviation: 0.01 });
  });

  it('is wider than the deviation of the days, more so if they resemble their neighbours', () => {
    const alternating = Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const halves = Array.from({ length: 14 }, (_, i) => (i < 7 ? 1 : -1));
    expect(dailyBaseline(alternating)?.deviation).toBeCloseTo(Math.sqrt((14 / 13) * (13 / 7.04)), 6);
    expect(dailyBaseline(halves)?.deviation).toBeGreaterThan(4);
  });
});

/** Losses of 20 series, each with its own level, that vary together by 5 % and alone by 20 %. */
const lossDay = (seed: number, day: number, factor = 1): DailyLosses => {
  const random = randomStream(seed, 'losses', day);
  const together = 0.05 * random.normal();
  return new Map(
    Array.from({ length: 20 }, (_, i) => [
      `s${i}`,
      factor * 2 ** (i - 10) * Math.exp(together + 0.2 * random.normal()),
    ]),
  );
};
const baselineOf = (seed: number) =>
  lossBaseline(Array.from({ length: 14 }, (_, day) => lossDay(seed, day)))!;

/** The first day on which the champion's losses alarm; undefined if none of the 60 does. */
const alarmDay = (seed: number, factor: (day: number) => number) => {
  const baseline = baselineOf(seed);
  let state = NO_CONCEPT_EVIDENCE;
  for (let day = 0; day < 60; day++) {
    state = watchLosses(state, baseline, lossDay(seed, 14 + day, factor(day)));
    const finding = conceptDrift(state);
    if (finding !== null) return { day, finding };
  }
  return undefined;
};

describe('drift of the concept', () => {
  it('is none if losses stay as they are, or fall', () => {
    const stable = Array.from({ length: 30 }, (_, seed) => alarmDay(seed, () => 1));
    expect(stable.filter((found) => found !== undefined)).toEqual([]);
    expect(alarmDay(1, () => 0.5)).toBeUndefined();
  });

  it('is found within days if losses rise by half, and is critical', () => {
    const found = Array.from({ length: 10 }, (_, seed) => alarmDay(seed, (day) => (day < 10 ? 1 : 1.7)));
    for (const alarm of found) {
      expect(alarm?.day).toBeGreaterThanOrEqual(10);
      expect(alarm?.day).toBeLessThan(16);
    }
    const later = found[0]!.finding;
    expect(later).toMatchObject({ kind: 'concept', subject: 'the champion', threshold: 0.05 });
    expect(later.reason).toMatch(
      /^The champion's loss was \d+ % above its own of the first 14 days, in the median of the last 7 days\.$/,
    );
  });

  it('is critical if the losses of a week are half as high again', () => {
    const baseline = baselineOf(1);
    let state = NO_CONCEPT_EVIDENCE;
    for (let day = 0; day < 14; day++) state = watchLosses(state, baseline, lossDay(1, day, 1.8));
    expect(conceptDrift(state)?.severity).toBe('critical');
    let milder = NO_CONCEPT_EVIDENCE;
    for (let day = 0; day < 14; day++) milder = watchLosses(milder, baseline, lossDay(1, day, 1.35));
    expect(conceptDrift(milder)?.severity).toBe('warning');
  });

  it('does not follow from one bad day or one bad series', () => {
    expect(alarmDay(1, (day) => (day === 5 ? 3 : 1))).toBeUndefined();
    const baseline = baselineOf(1);
    let state = NO_CONCEPT_EVIDENCE;
    for (let day = 0; day < 30; day++)
      state = watchLosses(state, baseline, new Map([...lossDay(1, day), ['s19', 1e9]]));
    expect(conceptDrift(state)).toBeNull();
  });

  it('is not judged by days without known series, nor before there are any', () => {
    expect(watchLosses(NO_CONCEPT_EVIDENCE, baselineOf(1), new Map([['new', 1]]))).toBe(NO_CONCEPT_EVIDENCE);
    expect(conceptDrift(NO_CONCEPT_EVIDENCE)).toBeNull();
  });

  it('has a baseline of series with losses on half of at least 14 days', () => {
    const days = Array.from({ length: 14 }, (_, day) => lossDay(1, day));
    expect(lossBaseline(days.slice(1))).toBeNull();
    const rare = days.map((day, i) => new Map([...day, ...(i < 6 ? [['rare', 1] as const] : [])]));
    expect(lossBaseline(rare)?.bySeries.has('rare')).toBe(false);
    expect(lossBaseline(rare)?.bySeries.has('s3')).toBe(true);
  });
});

describe('drift of calibration', () => {
  const baseline = { mean: 0.8, deviation: 0.02 };
  const watch = (covered: (day: number) => number, days = 60) => {
    let state = NO_CALIBRATION_EVIDENCE;
    for (let day = 0; day < days; day++) state = watchCoverage(state, baseline, covered(day));
    return calibrationDrift(state, baseline);
  };

  it('is none if the bands cover as before', () => {
    const random = randomStream(1, 'coverage');
    expect(watch(() => 0.8 + 0.015 * random.normal(), 300)).toBeNull();
    expect(calibrationDrift(NO_CALIBRATION_EVIDENCE, baseline)).toBeNull();
  });

  it.each([
    [0.7, 'narrow', 'warning', 0.78],
    [0.6, 'narrow', 'critical', 0.78],
    [0.92, 'wide', 'warning', 0.82],
  ])('is found if they cover %d', (covered, direction, severity, threshold) => {
    const finding = watch(() => covered, 14);
    expect(finding).toMatchObject({ kind: 'calibration', severity });
    expect(finding?.figure).toBeCloseTo(covered);
    expect(finding?.threshold).toBeCloseTo(threshold);
    expect(finding?.reason).toBe(
      `The 80 % bands are too ${direction}: they covered ${(100 * covered).toFixed(0)} % of the values in the last 7 days, and 80 % after the promotion.`,
    );
  });

  it('ends when the bands cover as before again, although the evidence remains', () => {
    expect(watch((day) => (day < 20 ? 0.6 : 0.8), 30)).toBeNull();
  });

  it('ignores days without values', () => {
    expect(watchCoverage(NO_CALIBRATION_EVIDENCE, baseline, Number.NaN)).toBe(NO_CALIBRATION_EVIDENCE);
  });

  it('needs twice the evidence, because both directions are watched', () => {
    const { daysBetweenFalseAlarms } = CALIBRATION_SETTINGS;
    let state = NO_CALIBRATION_EVIDENCE;
    while (strengthOf(state.narrow) < daysBetweenFalseAlarms) state = watchCoverage(state, baseline, 0.755);
    expect(strengthOf(state.narrow)).toBeLessThan(2 * daysBetweenFalseAlarms);
    expect(calibrationDrift(state, baseline)).toBeNull();
  });
});
