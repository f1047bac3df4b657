/** Series that stopped within this time of each other, in seconds, stopped together. */
export const TOGETHER_SECONDS = 900;

/** Splits what stopped, ordered by last point, wherever two neighbours are further apart than `TOGETHER_SECONDS`. */
export const clusters = <One extends { readonly lastPoint: number }>(
  stopped: readonly One[],
): readonly (readonly One[])[] => {
  const found: One[][] = [];
  for (const one of [...stopped].sort((a, b) => a.lastPoint - b.lastPoint)) {
    const current = found.at(-1);
    if (current !== undefined && one.lastPoint - current.at(-1)!.lastPoint <= TOGETHER_SECONDS)
      current.push(one);
    else found.push([one]);
  }
  return found;
};
