/** The beta distribution: what a success rate may be, after so many successes and failures. */

/**
 * The value that a beta-distributed one is below with probability `p`, absolute error under 1e-9.
 * `a` and `b` are positive, `p` is in [0, 1].
 */
export const betaQuantile = (p: number, a: number, b: number): number => {
  let [low, high] = [0, 1];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (betaProbability(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** Probability that a beta-distributed value is at most `x` (regularised incomplete beta function; DLMF 8.17). */
export const betaProbability = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it, the complement does (DLMF 8.17.4).
  if (x > (a + 1) / (a + b + 2)) return 1 - betaProbability(1 - x, b, a);
  const front = a * Math.log(x) + b * Math.log(1 - x) - logBeta(a, b);
  return (Math.exp(front) * continuedFraction(x, a, b)) / a;
};

const TINY = 1e-300;
const MAX_TERMS = 1000;

const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** Coefficients of the fraction (DLMF 8.17.22 and 8.17.23). */
const coefficient = (term: number, x: number, a: number, b: number): number => {
  const m = Math.floor(term / 2);
  return term % 2 === 0
    ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
};

/** 1 / (1 + d1 / (1 + d2 / …)), by the method of Lentz (Press et al., Numerical Recipes, 5.2). */
const continuedFraction = (x: number, a: number, b: number): number => {
  let [value, c, d] = [1, 1, 0];
  for (let term = 1; term <= MAX_TERMS; term++) {
    const next = coefficient(term, x, a, b);
    d = 1 / nonZero(1 + next * d);
    c = nonZero(1 + next / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return 1 / value;
};

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const;

/** Logarithm of the gamma function of a positive number (Lanczos 1964, g = 7, n = 9; relative error near 1e-15). */
const logGamma = (x: number): number => {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const t = z + 7.5;
  const sum = LANCZOS.reduce((total, each, i) => total + each / (z + i + 1), 0.9999999999998099);
  return Math.log(2 * Math.PI) / 2 + (z + 0.5) * Math.log(t) - t + Math.log(sum);
};
