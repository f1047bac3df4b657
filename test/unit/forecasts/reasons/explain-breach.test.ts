import { describe, expect, it } from 'vitest';
import { WORLDS } from '../../../../bench/forecasts/reasons/labelled-worlds.ts';
import { explainWorld, isComparable, isFaithful } from '../../../../bench/forecasts/reasons/measure.ts';
import { assessBreach } from '../../../../core/forecasts/breach/assess-breach.ts';
import { forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import type { ForecastRequest } from '../../../../core/forecasts/engine/forecast.ts';
import { findEvidence } from '../../../../core/forecasts/reasons/evidence.ts';
import { type ExplainedSeries, explainBreach } from '../../../../core/forecasts/reasons/explain-breach.ts';
import type { ResolvedThreshold } from '../../../../core/forecasts/resolved-threshold.ts';
import { climb, weekOf } from '../engine/continuation/ramp-series.ts';

const START = 1_788_739_200;
const ABOVE: ResolvedThreshold = { direction: 'above', limit: 80, source: 'fixed' };

const explain = async (
  values: Float64Array,
  more: Partial<ForecastRequest> = {},
  given: Partial<ExplainedSeries> = {},
) => {
  const threshold = given.threshold ?? ABOVE;
  const request = { history: { start: START, stepSeconds: 300, values }, horizon: 96, ...more };
  const { forecast, state } = forecastWithState(request);
  const asked: ForecastRequest[] = [];
  const series = {
    ...{ request, forecast, threshold, isDivided: false, expectedPeak: 100 },
    probability: assessBreach(forecast, threshold, request.history).probability,
    ...given,
  };
  const explanation = await explainBreach(async (requests) => {
    asked.push(...requests);
    return requests.map((each) => forecastWithState(each, state).forecast);
  }, series);
  return { explanation, asked, series };
};

describe('the reasons of a predicted breach', () => {
  it.each(WORLDS)('of $name begin with the known one, and taking it out changes most', async (world) => {
    let predicted = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const found = await explainWorld(world, seed);
      if (found === null) continue;
      predicted++;
      const { reasons } = found;
      expect(reasons[0]?.kind).toBe(world.reason);
      expect(isComparable(found)).toBe(world.reason !== 'usual-level');
      if (isComparable(found)) expect(isFaithful(found)).toBe(true);
      expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBe(100);
      expect(reasons.map(({ share }) => share)).toEqual(
        reasons.map(({ share }) => share).sort((a, b) => b - a),
      );
    }
    expect(predicted).toBeGreaterThan(2);
  });

  it('are said in words, with what would be without the first', async () => {
    const { explanation } = await explain(weekOf(climb(5, 7)));
    expect(explanation?.reasons[0]).toMatchObject({
      kind: 'recent-climb',
      text: expect.stringMatching(
        /^it has climbed by (6\.\d+|7(\.\d+)?) per hour since 2026-09-1\dT\d\d:\d\dZ$/,
      ),
    });
    expect(explanation?.counterfactual).toMatch(
      /^Without the first reason, the probability would be \d % instead of (9\d|100) %\.$/,
    );
  });

  it('of a fall below a limit are those of a mirrored climb', async () => {
    const threshold: ResolvedThreshold = { direction: 'below', limit: 20, source: 'fixed' };
    const falling = weekOf((hour) => 100 - climb(5, 7)(hour));
    const { explanation } = await explain(falling, {}, { threshold });
    expect(explanation?.reasons[0]).toMatchObject({
      kind: 'recent-climb',
      text: expect.stringMatching(/^it has fallen by/),
    });
  });

  it('are the same for the same input, from at most fifteen forecasts', async () => {
    const values = weekOf((hour) => climb(5, 6)(hour) + 5 * Math.sin((2 * Math.PI * hour) / 24), 1, 14);
    const interventions = [START + 86_400];
    const first = await explain(values, { interventions });
    expect(first.asked).toHaveLength(15);
    expect((await explain(values, { interventions })).explanation).toEqual(first.explanation);
    expect((await explain(values.slice(-288))).asked).toHaveLength(1);
  });

  it('tell that an earlier climb was ended by an action', async () => {
    const cycle = (hour: number): number => ((hour % 20) + 20 + 8) % 20;
    const values = weekOf((hour) => 30 + 6 * Math.min(8, cycle(hour)) * Number(cycle(hour) < 8.01), 0.6);
    const at = START + 300 * values.length;
    const ends = Array.from({ length: 8 }, (_, n) => at - 3600 * (20 * n));
    const evidence = findEvidence({
      ...{ threshold: ABOVE, ramp: { since: at - 8 * 3600, perHour: 6 } as never },
      request: { history: { start: START, stepSeconds: 300, values }, horizon: 96, interventions: ends },
    });
    const own = evidence.find(({ kind }) => kind === 'interventions');
    expect(own?.text).toContain('an earlier climb ended because something was done');
    expect(
      own?.without({ history: { start: 0, stepSeconds: 1, values }, horizon: 1, interventions: ends }),
    ).toEqual({ history: { start: 0, stepSeconds: 1, values }, horizon: 1 });
  });

  it('say how much more capacity would do where load is divided', async () => {
    const values = weekOf(climb(5, 7));
    const sentence = async (given: Partial<ExplainedSeries>, more: Partial<ForecastRequest> = {}) =>
      (await explain(values, more, { isDivided: true, ...given })).explanation?.counterfactual;
    expect(await sentence({ expectedPeak: 96 })).toBe(
      'With 20 % more capacity (one more server for every 5) its likely peak would be 80 instead of 96, if its load is spread evenly.',
    );
    expect(await sentence({ expectedPeak: 100 }, { bounds: { lower: 0, upper: 100 } })).toBe(
      'With at least 25 % more capacity (one more server for every 4) its likely peak would be 80 instead of 100, if its load is spread evenly.',
    );
    expect(await sentence({ expectedPeak: 180 })).toMatch(/^With 125 % more capacity its likely peak/);
    for (const expectedPeak of [79, 80, 250]) expect(await sentence({ expectedPeak })).toMatch(/^Without/);
  });

  it('are none if nothing speaks for it', async () => {
    const { explanation } = await explain(
      weekOf(() => 5, 0),
      {},
      { probability: 0 },
    );
    expect(explanation).toBeNull();
  });

  it('fail if the forecasts fail', async () => {
    const { series } = await explain(weekOf(climb(5, 7)));
    await expect(explainBreach(() => Promise.reject(new Error('down')), series)).rejects.toThrow('down');
  });
});
