/** How much successive values resemble each other, and what that does to the variance of their mean. */
import { mean } from './averages.ts';

const MAX_CORRELATION = 0.95;

/**
 * Correlation of successive values, corrected for its bias in short series (Kendall 1954), in [0, 0.95]: negative
 * correlation counts as none, which is the safe side. 0 for equal values.
 */
export const serialCorrelation = (values: readonly number[]): number => {
  const centre = mean(values);
  let [product, total] = [0, 0];
  values.forEach((value, i) => {
    total += (value - centre) ** 2;
    if (i > 0) product += (value - centre) * (values[i - 1]! - centre);
  });
  if (total === 0) return 0;
  const plain = product / total;
  return Math.min(MAX_CORRELATION, Math.max(0, plain + (1 + 4 * plain) / values.length));
};

/** Factor by which dependence widens the variance of a mean: that of an autoregressive process of order one, at least 1. */
export const varianceInflation = (values: readonly number[]): number => {
  const correlation = serialCorrelation(values);
  return (1 + correlation) / (1 - correlation);
};

/** Sample variance; 0 for fewer than two values. */
export const varianceOf = (values: readonly number[] | Float64Array): number => {
  const centre = mean(values);
  let total = 0;
  for (const value of values) total += (value - centre) ** 2;
  return values.length < 2 ? 0 : total / (values.length - 1);
};
