/** A threshold with its limit worked out for one series. */
export interface ResolvedThreshold {
  readonly direction: 'above' | 'below';
  readonly limit: number;
  readonly source: 'fixed' | 'historical';
}

/** True if the value is past the limit; false for a missing value (NaN). */
export const isBeyond = (
  value: number,
  { direction, limit }: Pick<ResolvedThreshold, 'direction' | 'limit'>,
): boolean => (direction === 'above' ? value > limit : value < limit);
