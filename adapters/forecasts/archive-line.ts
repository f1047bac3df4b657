/** One line of the archive: the forecast of one series, for later comparison with actual values. */
import * as z from 'zod';
import { SEVERITIES } from '../../core/forecasts/breach-risk.ts';
import { scaleOf } from '../../core/forecasts/codec/quantile-tracks.ts';
import type { Forecast } from '../../core/forecasts/engine/forecast.ts';
import type { ArchivedForecast } from '../../core/forecasts/ports.ts';
import type { MetricForecast, TargetForecast } from '../../core/forecasts/target-forecast.ts';
import { UnreadableItemError } from '../../core/shared/errors.ts';
import { readStored, type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';

const ArchiveLine = z.object({
  tenant: z.string(),
  target: z.string(),
  metric: z.string(),
  runId: z.string(),
  issuedAt: z.iso.datetime(),
  start: z.number(),
  stepSeconds: z.number(),
  horizon: z.number(),
  model: z.string(),
  reason: z.string(),
  warnings: z.array(z.string()).readonly(),
  /** Quantile level -> one value per step. */
  quantiles: z.record(z.string(), z.array(z.number())),
  mean: z.array(z.number()),
  members: z.array(z.object({ name: z.string(), weight: z.number() })).readonly(),
  threshold: z
    .object({
      direction: z.enum(['above', 'below']),
      limit: z.number(),
      source: z.enum(['fixed', 'historical']),
    })
    .nullable(),
  breach: z
    .object({
      probability: z.number(),
      timeToImpactSeconds: z.object({ p10: z.number(), p50: z.number(), p90: z.number() }).nullable(),
      expectedShareBeyond: z.number(),
      severity: z.enum(SEVERITIES),
    })
    .nullable(),
});
export type ArchiveLine = z.infer<typeof ArchiveLine>;

export const ARCHIVE_LINE: StoredFormat<ArchiveLine> = {
  kind: 'archived forecast',
  version: 1,
  schema: ArchiveLine,
};

/**
 * Rounds to a power of ten no coarser than the precision of served forecasts, a small share of the band. Scores do not
 * change, and the archive gets smaller, because most of it is digits. Exact if the band is empty.
 */
const roundedFor = (forecast: Forecast): ((values: Float64Array) => number[]) => {
  const { unit, exact } = scaleOf(forecast);
  if (exact || unit === 0) return (values) => Array.from(values);
  const decimals = -Math.floor(Math.log10(unit));
  const scale = 10 ** decimals;
  return (values) =>
    Array.from(values, (value) => Number((Math.round(value * scale) / scale).toPrecision(15)));
};

const contentOf = (
  target: TargetForecast,
  { metric, forecast, threshold, breach }: MetricForecast,
): ArchiveLine => {
  const { quantileLevels, quantiles, mean, members, ...about } = forecast;
  const rounded = roundedFor(forecast);
  return {
    tenant: target.tenantId,
    target: target.targetId,
    metric,
    runId: target.runId,
    issuedAt: new Date(target.issuedAt).toISOString(),
    ...about,
    quantiles: Object.fromEntries(quantileLevels.map((level, l) => [level, rounded(quantiles[l]!)])),
    mean: rounded(mean),
    members,
    threshold,
    breach,
  };
};

/** The line of one metric's forecast, as JSON text. */
export const archiveLine = (target: TargetForecast, metric: MetricForecast): string =>
  JSON.stringify({ ...schemaVersionOf(ARCHIVE_LINE), ...contentOf(target, metric) });

const parsed = (text: string, item: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableItemError(item, 'it is not JSON', cause);
  }
};

const forecastOf = (line: ArchiveLine): ArchivedForecast => {
  const { target: targetId, metric, start, stepSeconds, horizon, model, threshold, breach } = line;
  const levels = Object.entries(line.quantiles)
    .map(([level, values]) => ({ level: Number(level), values }))
    .sort((a, b) => a.level - b.level);
  return {
    ...{ targetId, metric, start, stepSeconds, horizon, model, threshold, breach },
    quantileLevels: levels.map(({ level }) => level),
    quantiles: levels.map(({ values }) => values),
  };
};

/** The forecasts of an archived object; `key` names it in errors. @throws UnreadableItemError */
export const archivedForecasts = (text: string, key: string): ArchivedForecast[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => forecastOf(readStored(ARCHIVE_LINE, parsed(line, `archived forecast ${key}`), key)));
