/** The metric turned so that more is worse, whatever its direction of harm. */
import type { ForecastPath, ObservedPoints, VerificationInputs } from './verification-inputs.ts';

/** A forecast on the scale of harm: levels ascending, quantiles in order. */
export interface HarmPath {
  readonly start: number;
  readonly stepSeconds: number;
  readonly levels: readonly number[];
  /** `quantiles[level][step]`. */
  readonly quantiles: readonly (readonly number[])[];
  readonly breachProbability: number | null;
}

export interface HarmPoint {
  readonly at: number;
  readonly harm: number;
}

type Harm = VerificationInputs['harm'];

const signOf = ({ direction }: Harm): 1 | -1 => (direction === 'above' ? 1 : -1);

/** The limit on the scale of harm; null if none is known. */
export const harmLimit = (harm: Harm): number | null =>
  harm.limit === null ? null : signOf(harm) * harm.limit;

/** Points with a value, in the order of time; of several at one time, the worst. */
export const harmPoints = (points: ObservedPoints, harm: Harm): readonly HarmPoint[] => {
  const worst = new Map<number, number>();
  for (const { at, value } of points) {
    if (value === null || !Number.isFinite(value)) continue;
    worst.set(at, Math.max(worst.get(at) ?? Number.NEGATIVE_INFINITY, signOf(harm) * value));
  }
  return [...worst].map(([at, value]) => ({ at, harm: value })).sort((a, b) => a.at - b.at);
};

/** Mirrors the quantiles if less is worse: the highest level of harm is then the lowest of the values. */
export const harmPath = (forecast: ForecastPath, harm: Harm): HarmPath => {
  const { start, stepSeconds, levels, quantiles, breachProbability } = forecast;
  if (signOf(harm) === 1) return { start, stepSeconds, levels, quantiles, breachProbability };
  return {
    ...{ start, stepSeconds, breachProbability },
    levels: levels.map((level) => 1 - level).reverse(),
    quantiles: quantiles.map((row) => row.map((value) => -value)).reverse(),
  };
};
