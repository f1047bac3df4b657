/** The body of `POST /v1/ingest/json`: the source of its validation, its types and its OpenAPI schema. */
import * as z from 'zod';
import { MetricName, TargetId, TenantId } from '../../../shared/identifiers.ts';
import { parseTimestamp } from '../../../shared/instant.ts';
import { METRIC_KINDS } from '../../series/metric-series.ts';
import { PROFILES } from '../../targets/target.ts';
import { Unit } from '../decoding/unit.ts';

/** JSON cannot write these numbers; protobuf's JSON mapping and many clients send them as text. */
const NAMED_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

export const isInstant = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && !Number.isNaN(parseTimestamp(value)));

export const isValue = (value: unknown): boolean =>
  value === null ||
  typeof value === 'number' ||
  (typeof value === 'string' && Object.hasOwn(NAMED_NUMBERS, value));

export const EXPECTED_INSTANT = 'expected ISO 8601 text or epoch seconds';
export const EXPECTED_VALUE = 'expected a number, or null if missing';

const Instant = z.custom<number | string>(isInstant, EXPECTED_INSTANT).meta({
  description: 'ISO 8601 (UTC unless it has a zone) or epoch seconds; fractions are rounded down',
  anyOf: [{ type: 'string' }, { type: 'number' }],
});
/** Infinities (including `1e999`) pass here: they are rejected as points, without rejecting the request. */
const Value = z.custom<number | string | null>(isValue, EXPECTED_VALUE).meta({
  description: 'A number; null or "NaN" if missing',
  anyOf: [{ type: 'number' }, { type: 'null' }, { type: 'string', enum: Object.keys(NAMED_NUMBERS) }],
});

export const JsonPoint = z.object({
  target: TargetId,
  metric: MetricName,
  timestamp: Instant,
  value: Value,
});

export const JsonSeries = z
  .object({
    target: TargetId,
    metric: MetricName,
    kind: z.enum(METRIC_KINDS).optional(),
    unit: Unit.optional(),
    profile: z.enum(PROFILES).optional(),
    timestamps: z.array(Instant),
    values: z.array(Value),
  })
  .refine(({ timestamps, values }) => timestamps.length === values.length, {
    error: 'expected as many values as timestamps',
    path: ['values'],
  });

export type JsonSeries = z.infer<typeof JsonSeries>;

const bodyOf = <Point extends z.ZodType, Series extends z.ZodType>(point: Point, series: Series) =>
  z
    .object({
      tenant: TenantId.optional(),
      profiles: z.record(TargetId, z.enum(PROFILES)).optional(),
      points: z.array(point).optional(),
      series: z.array(series).optional(),
    })
    .refine((body) => body.points !== undefined || body.series !== undefined, {
      error: 'expected "points" or "series"',
      path: ['points'],
    });

/** The body as documented. */
export const JsonIngestBody = bodyOf(JsonPoint, JsonSeries);
export type JsonIngestBody = z.infer<typeof JsonIngestBody>;

/** The body without looking into its points and series. */
export const JsonIngestShell = bodyOf(z.unknown(), z.unknown());

/** Epoch seconds, rounded down, of a validated timestamp. */
export const secondsOf = (instant: number | string): number =>
  typeof instant === 'number' ? Math.floor(instant) : parseTimestamp(instant);

/** The number of a validated value; NaN if missing. */
export const numberOf = (value: number | string | null): number =>
  typeof value === 'number' ? value : (NAMED_NUMBERS[value ?? 'NaN'] ?? Number.NaN);
