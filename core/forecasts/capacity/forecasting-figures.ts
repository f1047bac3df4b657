import * as z from 'zod';
import measured from './measured-forecasting.json' with { type: 'json' };

/** Cost of forecasting a series, measured with the batch function on simulated servers and in-memory stores. */
export const ForecastingFigures = z.strictObject({
  measuredAt: z.iso.date(),
  machine: z.string(),
  engine: z.string(),
  /** Number of measured series, with their history and its step. */
  series: z.number().int().positive(),
  historyDays: z.number().positive(),
  stepSeconds: z.number().positive(),
  /** CPU milliseconds from stored blocks to stored results, learning from scratch and from a kept state. */
  cpuMsPerSeries: z.strictObject({ learned: z.number().positive(), resumed: z.number().positive() }),
  /** Compressed: the forecast item, its archive, the kept state, and an hour of its target's block. */
  bytesPerSeries: z.strictObject({
    forecast: z.number().positive(),
    archive: z.number().positive(),
    state: z.number().positive(),
    hourBlock: z.number().positive(),
  }),
  /** Peak memory of a process that forecast one batch of `series` series, and of an idle process. */
  batchMemory: z.strictObject({
    series: z.number().int().positive(),
    peakMb: z.number().positive(),
    emptyMb: z.number().positive(),
  }),
  /** Share of the series with a listed breach. */
  breachShare: z.number().min(0).max(1),
});
export type ForecastingFigures = z.infer<typeof ForecastingFigures>;

/** The checked-in measurement, used by the batch planner, the cost report and `forestall plan`. */
export const MEASURED_FORECASTING = ForecastingFigures.parse(measured);

/**
 * Slowdown of a Lambda vCPU compared to the measured core. Assumed, not measured on AWS: a vCPU is at most one shared
 * hardware thread, hence half a core.
 */
export const LAMBDA_SLOWDOWN = 2;

/** Hours for which a stored state is used; older ones are re-learned (`core/forecasts/engine/forecast-state.ts`). */
const STATE_HOURS = 6;

/** Share of the series that a run forecasts from scratch, at this cadence. */
export const learnedShare = (cadenceMinutes: number): number =>
  1 / Math.max(1, Math.ceil((STATE_HOURS * 60) / cadenceMinutes));

/**
 * CPU milliseconds to read an issued forecast from the archive and to score it: 0.4 to 0.65 for 2,000 series of two weeks
 * of 5-minute steps (2026-11-30).
 */
const SCORING_MS_PER_SERIES = 0.5;

/** Expected CPU milliseconds per series on a Lambda vCPU, averaged over runs. */
export const lambdaMsPerSeries = ({ cpuMsPerSeries }: ForecastingFigures, cadenceMinutes: number): number => {
  const share = learnedShare(cadenceMinutes);
  const { learned, resumed } = cpuMsPerSeries;
  return LAMBDA_SLOWDOWN * (share * learned + (1 - share) * resumed + SCORING_MS_PER_SERIES);
};
