/** Figures of performance, computed from sums. A figure of nothing is null. */

import { type BreachSums, LEAD_MINUTES } from './breach-sums.ts';
import { addErrors, type ErrorSums, LOSS_SHIFT } from './error-sums.ts';
import { AGES, type Age, type ForecastSums } from './score-forecast.ts';

export interface ErrorFigures {
  readonly forecasts: number;
  readonly steps: number;
  /** Sum of 2 x pinball loss over that of |actual|: only within one metric, because large series dominate. */
  readonly weightedQuantileLoss: number | null;
  /** Mean absolute error of p50 relative to that of the seasonal naive forecast within the history. */
  readonly mase: number | null;
  /** Mean over levels of 2 x pinball loss, scaled in the same way. */
  readonly scaledQuantileLoss: number | null;
  /** Geometric mean over the forecasts of the scaled quantile loss: a few bad series do not dominate it. */
  readonly typicalLoss: number | null;
  /** Mean of (p50 - actual) / scale: positive if forecasts are too high. */
  readonly bias: number | null;
  /** Share of actual values inside each central band, the widest first. */
  readonly coverage: readonly { readonly nominal: number; readonly observed: number }[];
  /** Share of actual values at or below each quantile. */
  readonly calibration: readonly { readonly level: number; readonly observed: number }[];
  /** Mean distance of these shares from their levels. */
  readonly calibrationError: number | null;
}

export interface BreachFigures {
  readonly cases: number;
  readonly breaches: number;
  readonly warnings: number;
  /** Share of warnings that a breach followed; the rest are false alarms. */
  readonly precision: number | null;
  readonly falseAlarms: number | null;
  /** Share of breaches that were warned of. */
  readonly recall: number | null;
  /** Share of cases in which the warning, or its absence, was right. */
  readonly accuracy: number | null;
  readonly brier: number | null;
  /** Median time from a right warning to the breach, interpolated within the ranges that are counted. */
  readonly medianLeadMinutes: number | null;
  readonly reliability: readonly {
    readonly forecast: number;
    readonly observed: number;
    readonly cases: number;
  }[];
}

export interface PerformanceFigures {
  readonly all: ErrorFigures;
  readonly byAge: readonly (ErrorFigures & { readonly age: Age })[];
  readonly breaches: BreachFigures;
}

/** The figures of forecasts that were added up. */
export const performanceFigures = ({ errors, breaches }: ForecastSums): PerformanceFigures => ({
  // Each forecast has errors at every age: it counts once.
  all: {
    ...errorFigures(errors.reduce(addErrors)),
    forecasts: Math.max(...errors.map((one) => one.forecasts)),
  },
  byAge: errors.map((sums, i) => ({ age: AGES[i]!.name, ...errorFigures(sums) })),
  breaches: breachFigures(breaches),
});

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const errorFigures = (sums: ErrorSums): ErrorFigures => {
  const { steps, forecasts, quantileLevels: levels } = sums;
  const calibration = steps === 0 ? [] : calibrationOf(sums);
  const off = calibration.reduce((total, { level, observed }) => total + Math.abs(observed - level), 0);
  return {
    forecasts,
    steps,
    weightedQuantileLoss: ratio(sums.quantileLoss, sums.absoluteActual),
    mase: ratio(sums.scaledError, steps),
    scaledQuantileLoss: ratio(sums.scaledQuantileLoss, steps),
    typicalLoss: forecasts > 0 ? Math.max(0, Math.exp(sums.logLoss / forecasts) - LOSS_SHIFT) : null,
    bias: ratio(sums.scaledBias, steps),
    coverage:
      steps === 0
        ? []
        : sums.inBand.map((inside, band) => ({
            nominal: levels.at(-1 - band)! - levels[band]!,
            observed: inside / steps,
          })),
    calibration,
    calibrationError: ratio(off, calibration.length),
  };
};

const calibrationOf = ({ quantileLevels, places, steps }: ErrorSums): ErrorFigures['calibration'] => {
  let below = 0;
  return quantileLevels.map((level, l) => {
    below += places[l]!;
    return { level, observed: below / steps };
  });
};

const breachFigures = (sums: BreachSums): BreachFigures => {
  const { warnedOfBreach, warnedOfNone, missed, quiet } = sums;
  const [warnings, breaches] = [warnedOfBreach + warnedOfNone, warnedOfBreach + missed];
  const cases = warnings + missed + quiet;
  return {
    ...{ cases, breaches, warnings },
    precision: ratio(warnedOfBreach, warnings),
    falseAlarms: ratio(warnedOfNone, warnings),
    recall: ratio(warnedOfBreach, breaches),
    accuracy: ratio(warnedOfBreach + quiet, cases),
    brier: ratio(sums.squaredError, cases),
    medianLeadMinutes: medianLead(sums),
    reliability: sums.byProbability
      .filter((bin) => bin.cases > 0)
      .map((bin) => ({
        forecast: bin.probability / bin.cases,
        observed: bin.crossed / bin.cases,
        cases: bin.cases,
      })),
  };
};

/** Within the range that holds the median, lead times are taken as evenly spread; beyond the last range, its start. */
const medianLead = ({ leads, warnedOfBreach }: BreachSums): number | null => {
  if (warnedOfBreach === 0) return null;
  let before = 0;
  const range = leads.findIndex((count) => {
    if (before + count >= warnedOfBreach / 2) return true;
    before += count;
    return false;
  });
  const from = LEAD_MINUTES[range - 1] ?? 0;
  const to = LEAD_MINUTES[range] ?? from;
  return from + (to - from) * ((warnedOfBreach / 2 - before) / leads[range]!);
};
