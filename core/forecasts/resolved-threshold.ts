/** A threshold with its limit worked out for one series. */
export interface ResolvedThreshold {
  readonly direction: 'above' | 'below';
  readonly limit: number;
  readonly source: 'fixed' | 'historical';
}
