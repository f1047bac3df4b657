import { describe, expect, it } from 'vitest';
import { readGivenWorlds } from '../../bench/forecasts/warnings/given-worlds.ts';
import { injectRamps } from '../../bench/forecasts/warnings/injected-worlds.ts';
import { WARNERS } from '../../bench/forecasts/warnings/warners.ts';
import { calibrationOf, figuresOf, type Judged } from '../../bench/forecasts/warnings/warning-figures.ts';
import { stepsToBreach, type World } from '../../bench/forecasts/warnings/world.ts';

const HORIZON = 96;
const DAY = 288;

/** A day around 50 that climbs by `perHour` over its last hours, with a limit of 90. */
const worldOf = (perHour: number, breachesAt: number, changes: Partial<World> = {}): World => ({
  kind: 'test',
  history: {
    start: 0,
    stepSeconds: 300,
    values: Float64Array.from({ length: DAY }, (_, i) => 50 + (perHour * Math.max(0, i - DAY + 73)) / 12),
  },
  future: Float64Array.from({ length: HORIZON }, (_, h) => (h + 1 === breachesAt ? 91 : 50)),
  threshold: { direction: 'above', limit: 90 },
  isRamp: perHour !== 0,
  ...changes,
});
const judged = (probability: number, breachesAt: number, covered: number | null = null): Judged => ({
  world: worldOf(0, breachesAt),
  warning: { probability, covered },
});

describe('figuresOf', () => {
  it('counts warnings, false ones, and the time to the breach', () => {
    const cases = [judged(0.9, 12), judged(0.5, 24), judged(0.4, 36), judged(0.6, 0), judged(0.1, 0)];
    expect(figuresOf(cases)).toMatchObject({
      ...{ worlds: 5, breaches: 3, warned: 2, falseWarnings: 1 },
      ...{ recall: 2 / 3, falseShare: 1 / 2, precision: 2 / 3, accuracy: 3 / 5 },
      leadMinutes: { p10: 66, p50: 90 },
    });
    expect(figuresOf(cases).brier).toBeCloseTo((0.01 + 0.25 + 0.36 + 0.36 + 0.01) / 5, 12);
  });

  it('has the coverage of methods with a band only, all and in ramps', () => {
    const ramp: Judged = { world: worldOf(1, 0), warning: { probability: 0, covered: 0.5 } };
    const figures = figuresOf([judged(0, 0, 1), judged(0, 0), ramp]);
    expect(figures.coverage80).toBe(0.75);
    expect(figures.coverage80InRamps).toBe(0.5);
    expect(figuresOf([judged(0, 0)]).coverage80).toBeNaN();
  });
});

describe('calibrationOf', () => {
  it('puts each world into the fifth of its probability, certainty into the last', () => {
    const rows = calibrationOf([judged(0, 0), judged(0.19, 5), judged(0.2, 0), judged(1, 5)]);
    expect(rows.map(({ worlds }) => worlds)).toEqual([2, 1, 0, 0, 1]);
    expect(rows[0]).toMatchObject({ from: 0, to: 0.2, meanProbability: 0.095, breachedShare: 0.5 });
    expect(rows[4]!.breachedShare).toBe(1);
  });
});

describe('warners', () => {
  const says = (name: string, world: World) => WARNERS[name]!(world).probability;

  it.each(['predict_linear 1 h', 'predict_linear 4 h', 'predict_linear 6 h', 'Holt'])(
    '%s extends the last hours to the horizon',
    (name) => {
      expect(says(name, worldOf(4, 0))).toBe(1);
      expect(says(name, worldOf(0.5, 0))).toBe(0);
      expect(says(name, worldOf(-4, 0))).toBe(0);
      expect(says(name, worldOf(-4, 0, { threshold: { direction: 'below', limit: 10 } }))).toBe(1);
    },
  );

  it.each(['predict_linear 1 h', 'Holt'])('%s ignores missing points', (name) => {
    const { history, ...rest } = worldOf(4, 0);
    const values = history.values.map((value, i) => (i % 5 === 0 ? Number.NaN : value));
    expect(says(name, { ...rest, history: { ...history, values } })).toBe(1);
  });

  it('seasonal naive repeats the day before', () => {
    const { history, ...rest } = worldOf(0, 0);
    const values = history.values.map((value, i) => (i === HORIZON - 1 ? 95 : value));
    expect(says('seasonal naive', { ...rest, history: { ...history, values } })).toBe(1);
    expect(says('seasonal naive', worldOf(0, 0))).toBe(0);
  });
});

describe('worlds', () => {
  it('count steps to the first crossing on the side of the limit', () => {
    expect(stepsToBreach(worldOf(0, 7))).toBe(7);
    expect(stepsToBreach(worldOf(0, 0))).toBe(0);
    expect(stepsToBreach(worldOf(0, 0, { threshold: { direction: 'below', limit: 60 } }))).toBe(1);
  });

  it('are none without a data directory', () => {
    expect(readGivenWorlds('')).toEqual([]);
    expect(injectRamps('/nowhere')).toEqual([]);
  });
});
