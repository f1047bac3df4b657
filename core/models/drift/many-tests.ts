/**
 * Which of many tests reject their null hypothesis, so that the expected share of false ones among them is at most
 * `level`, however the tests depend on each other (Benjamini & Yekutieli 2001, theorem 1.3).
 */
export const rejections = (pValues: readonly number[], level: number): boolean[] => {
  const ascending = pValues.toSorted((a, b) => a - b);
  let harmonic = 0;
  for (let i = 1; i <= pValues.length; i++) harmonic += 1 / i;
  const bars = ascending.map((_, i) => ((i + 1) * level) / (pValues.length * harmonic));
  const last = ascending.findLastIndex((p, i) => p <= bars[i]!);
  return pValues.map((p) => last >= 0 && p <= ascending[last]!);
};
