/** Common reporting intervals in seconds; a detected interval close to one of them snaps to it. */
const USUAL_STEPS = [
  60, 120, 180, 240, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400,
];
const MIN_STEP = 60;
const MAX_STEP = 86_400;
/** Step assumed for a single point: CloudWatch's basic interval. */
const FALLBACK_STEP = 300;
const SNAP_TOLERANCE = 0.1;
/** An interval is common if it makes up more than this share of the differences. */
const COMMON_SHARE = 0.25;

const snap = (gap: number): number => {
  const bounded = Math.min(MAX_STEP, Math.max(MIN_STEP, Math.round(gap)));
  return USUAL_STEPS.find((step) => Math.abs(step - bounded) <= SNAP_TOLERANCE * step) ?? bounded;
};

/**
 * The dominant interval, in whole seconds between one minute and one day, of ascending distinct timestamps: the
 * shortest common difference (missing points make longer ones), snapped to a usual interval within 10 %, else the
 * median difference.
 */
export const detectStep = (timestamps: readonly number[]): number => {
  const gaps = timestamps
    .slice(1)
    .map((at, i) => snap(at - timestamps[i]!))
    .sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (const gap of gaps) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  const common = [...counts].find(([, count]) => count > COMMON_SHARE * gaps.length);
  return common?.[0] ?? gaps[(gaps.length - 1) >> 1] ?? FALLBACK_STEP;
};
