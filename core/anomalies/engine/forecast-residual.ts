/** Outer quantiles of a published forecast for one moment. */
export interface ForecastBand {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Distance of a value from a published forecast band, in band widths; 0 inside. Undefined for a band that is not finite
 * or is inverted. The conformal calibration learns which share of points falls outside, so that a band that is too narrow
 * or too wide causes neither a flood of alerts nor silence.
 */
export const forecastResidual = (value: number, { lower, upper }: ForecastBand): number | undefined => {
  const width = upper - lower;
  if (!(width >= 0) || !Number.isFinite(width)) return undefined;
  const beyond = Math.max(lower - value, value - upper, 0);
  return beyond === 0 ? 0 : width === 0 ? Number.POSITIVE_INFINITY : beyond / width;
};
