const P = 0.3275911;
const A = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592] as const;

/** Probability that a standard normal value is at most `z`, absolute error under 1.5e-7 (Abramowitz & Stegun 7.1.26). */
export const normalProbability = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + P * x);
  const tail = (A.reduce((sum, a) => (sum + a) * t, 0) * Math.exp(-x * x)) / 2;
  return z > 0 ? 1 - tail : tail;
};
