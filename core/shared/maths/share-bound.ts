/** Of the standard normal distribution: 5 % are above. */
const Z = 1.6448536269514722;

/**
 * The share that the true one exceeds with a confidence of 95 %, after so many successes and failures; 0 without any.
 * Lower end of the score interval (Wilson 1927).
 */
export const lowerBoundOfShare = (successes: number, failures: number): number => {
  const count = successes + failures;
  if (count === 0) return 0;
  const share = successes / count;
  const spread = Z * Math.sqrt((share * (1 - share)) / count + (Z * Z) / (4 * count * count));
  return Math.max(0, (share + (Z * Z) / (2 * count) - spread) / (1 + (Z * Z) / count));
};
