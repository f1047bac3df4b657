/** A tenant's settings: thresholds of its metrics, how closely they are watched, and when alerts are silenced. */
import * as z from 'zod';
import { MetricName, TargetId } from '../../shared/identifiers.ts';
import { INSTANT_RANGE, parseInstant } from '../../shared/instant.ts';
import { PlainLine } from '../../shared/text.ts';
import { isTimeZone } from '../../shared/time-zone.ts';

/** Settings are stored in one DynamoDB item, which holds 400 KB. */
const MAX_BYTES = 300_000;
const MAX_RULES = 200;
const MAX_WINDOWS = 100;
const MAX_TARGETS = 50;
/** Each is looked up in each resource of a request. */
export const MAX_IDENTITY_ATTRIBUTES = 10;

const Instant = z
  .string()
  .max(64)
  .refine(
    (text) => !Number.isNaN(parseInstant(text)),
    `expected ISO 8601 or epoch seconds, ${INSTANT_RANGE}`,
  );

export const DETECTION_MODES = ['full', 'light', 'off'] as const;
export type DetectionMode = (typeof DETECTION_MODES)[number];

export const ThresholdRule = z
  .strictObject({
    target: TargetId.optional().describe('All targets if omitted'),
    metric: MetricName,
    above: z.number().optional().describe('Breached by values above this limit'),
    below: z.number().optional().describe('Breached by values below this limit'),
  })
  .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
    message: 'expected either above or below',
    path: ['above'],
  });

export const DetectionRule = z
  .strictObject({
    target: TargetId.optional().describe('All targets if omitted'),
    metric: MetricName.optional().describe('All metrics if omitted'),
    mode: z
      .enum(DETECTION_MODES)
      .optional()
      .describe('`full` runs every detector; `light` compares with the time of day only; `off` runs none'),
    threshold: z
      .number()
      .min(0.5)
      .max(20)
      .optional()
      .describe('Points with at least this score are anomalies'),
  })
  .refine(({ mode, threshold }) => mode !== undefined || threshold !== undefined, {
    message: 'expected a mode, a threshold or both',
    path: ['mode'],
  });

/** Corrects how a metric is read, if its name says something else. The words are those of the metrics context. */
export const ReadingRule = z
  .strictObject({
    target: TargetId.optional().describe('All targets if omitted'),
    metric: MetricName,
    harm: z
      .enum(['rise', 'fall', 'none'])
      .optional()
      .describe('The direction that does harm; `none` predicts no breach'),
    measures: z
      .enum(['used', 'free', 'spare', 'part', 'size'])
      .optional()
      .describe(
        'The part of a resource: `free` must not run out, `spare` may, `part` and `size` are not limited',
      ),
    scale: z.enum(['percent', 'ratio']).optional().describe('`percent`: 0 to 100; `ratio`: 0 to 1'),
    kind: z
      .enum(['gauge', 'counter', 'delta'])
      .optional()
      .describe('How values relate: a level, a growing total, or the change since the last report'),
  })
  .refine(({ harm, measures, scale, kind }) => (harm ?? measures ?? scale ?? kind) !== undefined, {
    message: 'expected harm, measures, scale or kind',
    path: ['harm'],
  });

/** The query parameter `identity` separates names by commas. */
const AttributeName = PlainLine.min(1)
  .max(255)
  .regex(/^[^,\s]+$/, 'expected the name of an attribute, such as `service.name`, without spaces or commas');

export const MaintenanceRule = z
  .strictObject({
    from: Instant.describe('ISO 8601 or epoch seconds, inclusive'),
    to: Instant.describe('ISO 8601 or epoch seconds, exclusive'),
    targets: z.array(TargetId).min(1).max(MAX_TARGETS).optional().describe('All targets if omitted'),
    reason: PlainLine.min(1).max(200),
  })
  .refine(({ from, to }) => parseInstant(from) < parseInstant(to), {
    message: 'expected a time after `from`',
    path: ['to'],
  });

/**
 * All settings of one tenant. If several rules apply to a series, the most specific one wins (a named target is more
 * specific than a named metric); of equally specific rules, the last.
 */
export const Settings = z
  .strictObject({
    version: z
      .number()
      .int()
      .min(0)
      .describe('The version last read (0 if none is stored); every change increments it'),
    thresholds: z.array(ThresholdRule).max(MAX_RULES).default([]),
    detection: z.array(DetectionRule).max(MAX_RULES).default([]),
    maintenance: z.array(MaintenanceRule).max(MAX_WINDOWS).default([]),
    readings: z.array(ReadingRule).max(MAX_RULES).default([]),
    identity: z
      .array(AttributeName)
      .min(1)
      .max(MAX_IDENTITY_ATTRIBUTES)
      .refine((names) => new Set(names).size === names.length, 'expected each attribute once')
      .optional()
      .describe(
        'Attributes of OpenTelemetry resources whose values, joined by `@`, name their target; the query parameter `identity` and the attribute `forestall.target` precede it',
      ),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'expected a time zone such as `Europe/Berlin` (IANA time zone database)')
      .optional()
      .describe(
        'Where the users of the targets live: forecasts follow the clocks there through daylight saving time',
      ),
  })
  .refine((settings) => Buffer.byteLength(JSON.stringify(settings)) <= MAX_BYTES, {
    message: `expected at most ${MAX_BYTES} bytes of settings`,
    path: ['maintenance'],
  });
export type Settings = z.infer<typeof Settings>;

/** The settings of a tenant that never stored any. */
export const NO_SETTINGS: Settings = {
  version: 0,
  thresholds: [],
  detection: [],
  maintenance: [],
  readings: [],
};
