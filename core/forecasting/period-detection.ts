/** Seasons besides the main one that are worth trying: the week, where a day is the main season. */
export const otherPeriods = (y: Float64Array, stepSeconds: number, mainPeriod: number): number[] => {
  const week = Math.round(604_800 / stepSeconds);
  return week > mainPeriod && y.length >= 2 * week ? [week] : [];
};
