/**
 * When a metric counts as breached. `fixed`: crossing `limit` in `direction`. `historical`: crossing the given
 * quantile of the series' own history (for metrics without a natural limit).
 */
export type Threshold =
  | { readonly kind: 'fixed'; readonly direction: 'above' | 'below'; readonly limit: number }
  | { readonly kind: 'historical'; readonly direction: 'above' | 'below'; readonly quantile: number };
