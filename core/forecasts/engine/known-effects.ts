import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import type { ForecastRequest, KnownEffect } from './forecast.ts';
import { mainPeriod } from './series-view.ts';

/** How one effect moves values: x -> multiply * x + add. */
interface Move {
  readonly multiply: number;
  readonly add: number;
}

const isSized = ({ add, multiply }: KnownEffect): boolean => add !== undefined || multiply !== undefined;

const stepsOf = (series: { start: number; stepSeconds: number; length: number }, effect: KnownEffect) => ({
  from: Math.max(0, Math.ceil((effect.from - series.start) / series.stepSeconds)),
  to: Math.min(series.length, Math.ceil((effect.to - series.start) / series.stepSeconds)),
});

const spanOf = ({ start, stepSeconds, values }: RegularSeries) => ({
  start,
  stepSeconds,
  length: values.length,
});

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Values inside past spans of a kind, and those one season earlier outside every span. */
const pastPairs = (history: RegularSeries, effects: readonly KnownEffect[], kind: string) => {
  const season = mainPeriod(history.stepSeconds);
  const marked = markedSteps(history, effects);
  const pairs: [inside: number, usual: number][] = [];
  for (const effect of effects) {
    if (effect.kind !== kind || isSized(effect)) continue;
    const { from, to } = stepsOf(spanOf(history), effect);
    for (let i = from; i < to; i++) {
      let usual = i - season;
      while (usual >= 0 && marked[usual] === 1) usual -= season;
      const pair: [number, number] = [history.values[i]!, history.values[usual] ?? Number.NaN];
      if (pair.every(Number.isFinite)) pairs.push(pair);
    }
  }
  return pairs;
};

const markedSteps = (history: RegularSeries, effects: readonly KnownEffect[]): Uint8Array => {
  const marked = new Uint8Array(history.values.length);
  for (const effect of effects) {
    const { from, to } = stepsOf(spanOf(history), effect);
    if (to > from) marked.fill(1, from, to);
  }
  return marked;
};

/** Learned move of a recurring kind: the ratio of means inside to usual, or their difference where signs mix. */
const learnedMove = (history: RegularSeries, effects: readonly KnownEffect[], kind: string): Move => {
  const pairs = pastPairs(history, effects, kind);
  if (pairs.length === 0) return { multiply: 1, add: 0 };
  const inside = meanOf(pairs.map(([value]) => value));
  const usual = meanOf(pairs.map(([, value]) => value));
  const positive = history.values.every((value) => !(value < 0)) && usual > 0;
  return positive ? { multiply: inside / usual, add: 0 } : { multiply: 1, add: inside - usual };
};

/** Past spans of unsized kinds are taken out of the history (missing), so that they do not pass for the usual. */
export const removeKnownEffects = ({ history, knownEffects = [] }: ForecastRequest): RegularSeries => {
  const unsized = knownEffects.filter((effect) => !isSized(effect));
  const marked = markedSteps(history, unsized);
  if (!marked.includes(1)) return history;
  const values = history.values.map((value, i) => (marked[i] === 1 ? Number.NaN : value));
  return values.some(Number.isFinite) ? { ...history, values } : history;
};

/** Moves the forecast (levels x horizon, in place) where a known effect lies ahead. */
export const applyKnownEffects = (
  quantiles: readonly Float64Array[],
  { history, knownEffects = [] }: ForecastRequest,
): void => {
  const start = history.start + history.values.length * history.stepSeconds;
  for (const effect of knownEffects) {
    const length = quantiles[0]?.length ?? 0;
    const { from, to } = stepsOf({ start, stepSeconds: history.stepSeconds, length }, effect);
    if (to <= from) continue;
    const { multiply, add } = isSized(effect)
      ? { multiply: effect.multiply ?? 1, add: effect.add ?? 0 }
      : learnedMove(history, knownEffects, effect.kind);
    for (const row of quantiles) for (let h = from; h < to; h++) row[h] = multiply * row[h]! + add;
  }
};
