import type { Episode } from './episode.ts';
import type { PastEpisodes } from './past-episodes.ts';
import type { RampShape } from './ramp.ts';

/** Without these, a stretch is not a ramp at all and the forecast is that of the ensemble. */
const PRECONDITION = { logRatio: 1.3, climbAhead: 1.5, quarter: 0.15, versusStep: -0.1 } as const;
/** Minimum signal-to-noise ratio (log) if the history is too short to remember own past episodes. */
const SHORT_HISTORY_LOG_RATIO = 2;
/** Weights below this are zero. */
const MIN_WEIGHT = 0.05;

/** Logistic weights; `docs/adr/0016-ramps-and-regime-changes.md` says how they were learned. */
const GATE = {
  intercept: -11,
  half: 8.2,
  quarter: 2.6,
  eighth: 2.3,
  unusual: 1.4,
  failures: -4.4,
} as const;

/** True if an episode is a climb whose continuation over the `outlook` (steps) would matter beside its noise. */
export const isRamp = (
  { signalToNoise, line }: Episode,
  shape: RampShape,
  outlook: number,
  isShort: boolean,
): boolean =>
  Math.log(signalToNoise) > (isShort ? SHORT_HISTORY_LOG_RATIO : PRECONDITION.logRatio) &&
  (signalToNoise * outlook) / line.length >= PRECONDITION.climbAhead &&
  shape.quarter > PRECONDITION.quarter &&
  shape.versusStep > PRECONDITION.versusStep;

/** Probability in [0, 1] that the present ramp continues: the weight of the continuation in the forecast. */
export const continuationWeight = (shape: RampShape, past: PastEpisodes): number => {
  if (past.isReturn) return 0;
  const logit =
    GATE.intercept +
    GATE.half * shape.half +
    GATE.quarter * shape.quarter +
    GATE.eighth * shape.eighth +
    (past.isUnusual ? GATE.unusual : 0) +
    GATE.failures * Math.log1p(past.failures);
  const weight = 1 / (1 + Math.exp(-logit));
  return weight < MIN_WEIGHT ? 0 : weight;
};
