import * as z from 'zod';
import measured from './measured-forecasting.json' with { type: 'json' };

/** What forecasting a series takes, measured by the batch function itself on simulated servers with storage in memory. */
export const ForecastingFigures = z.strictObject({
  measuredAt: z.iso.date(),
  machine: z.string(),
  engine: z.string(),
  /** Series the medians are of; their history and its step. */
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
  /** Peak memory of a process that forecast one batch of so many series, and of one that did nothing. */
  batchMemory: z.strictObject({
    series: z.number().int().positive(),
    peakMb: z.number().positive(),
    emptyMb: z.number().positive(),
  }),
  /** Share of the series with a listed breach. */
  breachShare: z.number().min(0).max(1),
});
export type ForecastingFigures = z.infer<typeof ForecastingFigures>;

/** The checked-in measurement: the planner's batches, the cost report and `forestall plan` go by it. */
export const MEASURED_FORECASTING = ForecastingFigures.parse(measured);

/**
 * A virtual CPU of Lambda against the core measured. Not measured, as nothing here ran on AWS: one hardware thread at
 * most, shared, hence taken as half a core.
 */
export const LAMBDA_SLOWDOWN = 2;

/** Hours for which a kept state serves; older ones are learned anew (`core/forecasting/forecast-state.ts`). */
const STATE_HOURS = 6;

/** Share of the series that a run starts from scratch, at this many minutes between runs. */
export const learnedShare = (cadenceMinutes: number): number =>
  1 / Math.max(1, Math.ceil((STATE_HOURS * 60) / cadenceMinutes));

/** Expected CPU milliseconds of one series in a virtual CPU of Lambda, averaged over runs. */
export const lambdaMsPerSeries = ({ cpuMsPerSeries }: ForecastingFigures, cadenceMinutes: number): number => {
  const share = learnedShare(cadenceMinutes);
  return LAMBDA_SLOWDOWN * (share * cpuMsPerSeries.learned + (1 - share) * cpuMsPerSeries.resumed);
};
