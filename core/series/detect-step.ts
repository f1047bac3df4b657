/** Reporting intervals in use, in seconds: a detected interval close to one of them is taken as it. */
const USUAL_STEPS = [
  60, 120, 180, 240, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400,
];
const MIN_STEP = 60;
const MAX_STEP = 86_400;
/** Step assumed for a single point: CloudWatch's basic interval. */
const FALLBACK_STEP = 300;
const SNAP_TOLERANCE = 0.1;

/**
 * The dominant interval, in whole seconds between one minute and one day, of ascending distinct timestamps: the
 * median difference (robust to gaps and jitter), snapped to a usual interval within 10 %.
 */
export const detectStep = (timestamps: readonly number[]): number => {
  const gaps = timestamps.slice(1).map((at, i) => at - timestamps[i]!);
  if (gaps.length === 0) return FALLBACK_STEP;
  const median = gaps.sort((a, b) => a - b)[(gaps.length - 1) >> 1]!;
  const bounded = Math.min(MAX_STEP, Math.max(MIN_STEP, Math.round(median)));
  const usual = USUAL_STEPS.find((step) => Math.abs(step - bounded) <= SNAP_TOLERANCE * step);
  return usual ?? bounded;
};
