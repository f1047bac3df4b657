/**
 * Sequential evidence that a daily figure has risen: an e-detector (Shin, Ramdas & Rinaldo 2023) that adds up the
 * evidence of all possible starting days. It may be looked at every day: the mean time to a false alarm at a bar of
 * `b` is at least `b` days, whatever the rule for stopping, as long as the standardised figure is not expected to be above
 * zero and its deviations are not larger than those of a standard normal number (sub-Gaussian).
 */
export interface ChangeEvidence {
  /** Evidence for a rise by each of `RISES`. */
  readonly bySize: readonly number[];
}

/** Rises that are looked for at once, in standard deviations of the figure: small ones slowly, large ones at once. */
const RISES = [0.5, 1, 2, 3] as const;
const MOST = 1e12;
/** A single strange day is worth at most so much. */
const MAX_SCORE = 4;

export const NO_EVIDENCE: ChangeEvidence = { bySize: RISES.map(() => 0) };

/** The evidence after one more day, with a score of standard deviations above what is expected at most. */
export const addEvidence = ({ bySize }: ChangeEvidence, score: number): ChangeEvidence => ({
  bySize: bySize.map((evidence, k) => {
    const rise = RISES[k]!;
    const factor = Math.exp(rise * Math.min(MAX_SCORE, score) - rise ** 2 / 2);
    return Math.min(MOST, (1 + evidence) * factor);
  }),
});

/** The evidence as one number, to be compared with a bar in days. */
export const strengthOf = ({ bySize }: ChangeEvidence): number =>
  bySize.reduce((total, evidence) => total + evidence, 0) / bySize.length;
