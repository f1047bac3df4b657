import { betaQuantile } from './beta.ts';

/** Quantile of Student's t distribution with `degrees` of freedom, for `p` in [0.5, 1) (DLMF 8.17, by the beta function). */
export const studentQuantile = (p: number, degrees: number): number => {
  const x = betaQuantile(2 * p - 1, 0.5, degrees / 2);
  return Math.sqrt((degrees * x) / (1 - x));
};
