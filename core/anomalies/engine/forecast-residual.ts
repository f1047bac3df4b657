/** A published forecast's outer quantiles for one moment. */
export interface ForecastBand {
  readonly lower: number;
  readonly upper: number;
}

/**
 * How far a value lies outside a published forecast band, in band widths; 0 inside. Undefined for a band that is not
 * finite or is upside down. What share of points falls outside is learnt by the conformal calibration, so a forecast
 * whose band is too narrow or too wide neither floods nor silences.
 */
export const forecastResidual = (value: number, { lower, upper }: ForecastBand): number | undefined => {
  const width = upper - lower;
  if (!(width >= 0) || !Number.isFinite(width)) return undefined;
  const beyond = Math.max(lower - value, value - upper, 0);
  return beyond === 0 ? 0 : width === 0 ? Number.POSITIVE_INFINITY : beyond / width;
};
