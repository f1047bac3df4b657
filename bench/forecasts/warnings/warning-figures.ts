import { mean } from '../../../core/shared/maths/averages.ts';
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import type { Warning } from './warners.ts';
import { stepsToBreach, type World } from './world.ts';

/** Probability from which a method warns. */
const WARNS_AT = 0.5;
const BINS = 5;

/** A world with what one method forecasts for it. */
export interface Judged {
  readonly world: World;
  readonly warning: Warning;
}

/** One row of a calibration table. */
export interface CalibrationRow {
  readonly from: number;
  readonly to: number;
  readonly worlds: number;
  readonly meanProbability: number;
  readonly breachedShare: number;
}

/** Accuracy of the warnings of a method. Shares in [0, 1]; NaN if there is nothing to count. */
export interface WarningFigures {
  readonly worlds: number;
  readonly breaches: number;
  readonly warned: number;
  readonly falseWarnings: number;
  readonly recall: number;
  /** False warnings per world that does not breach. */
  readonly falseShare: number;
  readonly precision: number;
  /** Worlds in which the method warned of a breach that came, or did not warn and none came. */
  readonly accuracy: number;
  /** Minutes from the warning to the breach. */
  readonly leadMinutes: { readonly p10: number; readonly p50: number };
  readonly brier: number;
  /** Share of the future inside p10-p90: all worlds, and those that climb or drain. */
  readonly coverage80: number;
  readonly coverage80InRamps: number;
}

interface Case {
  readonly probability: number;
  readonly breached: boolean;
  readonly leadMinutes: number;
}

const caseOf = ({ world, warning }: Judged): Case => {
  const steps = stepsToBreach(world);
  return {
    probability: warning.probability,
    breached: steps > 0,
    leadMinutes: (steps * world.history.stepSeconds) / 60,
  };
};

/** Observed share of breaches by fifths of the probability. */
export const calibrationOf = (judged: readonly Judged[]): CalibrationRow[] => {
  const cases = judged.map(caseOf);
  return Array.from({ length: BINS }, (_, b) => {
    const inside = cases.filter(
      ({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)) === b,
    );
    return {
      from: b / BINS,
      to: (b + 1) / BINS,
      worlds: inside.length,
      meanProbability: mean(inside.map(({ probability }) => probability)),
      breachedShare: mean(inside.map(({ breached }) => Number(breached))),
    };
  });
};

const coverageOf = (judged: readonly Judged[]): number =>
  mean(judged.flatMap(({ warning }) => (warning.covered === null ? [] : [warning.covered])));

export const figuresOf = (judged: readonly Judged[]): WarningFigures => {
  const cases = judged.map(caseOf);
  const breached = cases.filter((one) => one.breached);
  const warned = breached.filter(({ probability }) => probability >= WARNS_AT);
  const falseWarnings = cases.filter(({ probability, breached: b }) => !b && probability >= WARNS_AT).length;
  const leads = Float64Array.from(warned, ({ leadMinutes }) => leadMinutes).sort();
  return {
    worlds: cases.length,
    breaches: breached.length,
    warned: warned.length,
    falseWarnings,
    recall: warned.length / breached.length,
    falseShare: falseWarnings / (cases.length - breached.length),
    precision: warned.length / (warned.length + falseWarnings),
    accuracy: (warned.length + cases.length - breached.length - falseWarnings) / cases.length,
    leadMinutes: { p10: sortedQuantile(leads, 0.1), p50: sortedQuantile(leads, 0.5) },
    brier: mean(cases.map(({ probability, breached: b }) => (probability - Number(b)) ** 2)),
    coverage80: coverageOf(judged),
    coverage80InRamps: coverageOf(judged.filter(({ world }) => world.isRamp)),
  };
};
