const CENTRAL_A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const CENTRAL_B = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const TAIL_FROM = 0.02425;

/** Horner's scheme; the highest power first. */
const polynomial = (coefficients: readonly number[], x: number): number => {
  let total = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) total = total * x + coefficients[i]!;
  return total;
};

/** Quantile of the standard normal distribution, relative error under 1.15e-9 (Acklam 2003). `p` in (0, 1). */
export const normalQuantile = (p: number): number => {
  if (p < TAIL_FROM) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_C, q) / polynomial(TAIL_D, q);
  }
  if (p > 1 - TAIL_FROM) return -normalQuantile(1 - p);
  const q = p - 0.5;
  return (q * polynomial(CENTRAL_A, q * q)) / polynomial(CENTRAL_B, q * q);
};
