/** What a tenant decides: limits of its metrics, how closely they are watched, and when nobody is to be told. */
import * as z from 'zod';
import { MetricName, TargetId } from '../../shared/identifiers.ts';
import { parseInstant } from '../../shared/instant.ts';

/** One stored item holds 400 KB. */
const MOST_BYTES = 300_000;
const MOST_RULES = 200;
const MOST_WINDOWS = 100;
const MOST_TARGETS = 50;

const Instant = z
  .string()
  .max(64)
  .refine((text) => !Number.isNaN(parseInstant(text)), 'expected an ISO 8601 time or epoch seconds');

export const DETECTION_MODES = ['full', 'light', 'off'] as const;
export type DetectionMode = (typeof DETECTION_MODES)[number];

export const ThresholdRule = z
  .strictObject({
    target: TargetId.optional().describe('All targets where left out'),
    metric: MetricName,
    above: z.number().optional().describe('Breached by values over this'),
    below: z.number().optional().describe('Breached by values under this'),
  })
  .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
    message: 'expected either above or below',
    path: ['above'],
  });

export const DetectionRule = z
  .strictObject({
    target: TargetId.optional().describe('All targets where left out'),
    metric: MetricName.optional().describe('All metrics where left out'),
    mode: z
      .enum(DETECTION_MODES)
      .optional()
      .describe('`full` looks at everything, `light` only at the time of day'),
    threshold: z.number().min(0.5).max(20).optional().describe('Score from which on a point is an anomaly'),
  })
  .refine(({ mode, threshold }) => mode !== undefined || threshold !== undefined, {
    message: 'expected a mode, a threshold or both',
    path: ['mode'],
  });

export const MaintenanceRule = z
  .strictObject({
    from: Instant.describe('ISO 8601 or epoch seconds, inclusive'),
    to: Instant.describe('ISO 8601 or epoch seconds, exclusive'),
    targets: z.array(TargetId).min(1).max(MOST_TARGETS).optional().describe('All targets where left out'),
    reason: z.string().min(1).max(200),
  })
  .refine(({ from, to }) => parseInstant(from) < parseInstant(to), {
    message: 'expected a time after from',
    path: ['to'],
  });

/** All settings of one tenant. Of rules that apply to a series the most specific counts, the last of equals. */
export const Settings = z
  .strictObject({
    version: z.number().int().min(0).describe('As last read, 0 before the first; raised by every change'),
    thresholds: z.array(ThresholdRule).max(MOST_RULES).default([]),
    detection: z.array(DetectionRule).max(MOST_RULES).default([]),
    maintenance: z.array(MaintenanceRule).max(MOST_WINDOWS).default([]),
  })
  .refine((settings) => Buffer.byteLength(JSON.stringify(settings)) <= MOST_BYTES, {
    message: `expected at most ${MOST_BYTES} bytes of settings`,
    path: ['maintenance'],
  });
export type Settings = z.infer<typeof Settings>;

/** Settings of a tenant that has stored none. */
export const NO_SETTINGS: Settings = { version: 0, thresholds: [], detection: [], maintenance: [] };
