/** The syntax of identifiers. Metric names exclude `#`, which separates the parts of storage keys. */
import * as z from 'zod';

export const TenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,38}$/, 'expected 2-39 characters of a-z, 0-9 and "-"');
export const TargetId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, 'expected 1-128 letters, digits and ". _ : @ -"');

/** DynamoDB limits sort keys to 1,024 bytes; the longest holds a time, a target and a metric. */
const MAX_METRIC_NAME_BYTES = 256;
const METRIC_NAME = /^[^#\p{C}\p{Zl}\p{Zp}]{1,256}$/u;
const fitsKey = (name: string): boolean => Buffer.byteLength(name) <= MAX_METRIC_NAME_BYTES;

/** Identifies valid names faster than `MetricName`, for readers that meet hundreds of thousands. */
export const isMetricName = (text: string): boolean => METRIC_NAME.test(text) && fitsKey(text);

export const MetricName = z
  .string()
  .regex(METRIC_NAME, { error: 'expected 1-256 printable characters without "#"', abort: true })
  .refine(fitsKey, `expected at most ${MAX_METRIC_NAME_BYTES} bytes of UTF-8`);

/** Names that were shown to be valid cannot exceed this many UTF-16 units. */
export const MAX_METRIC_NAME_LENGTH = MAX_METRIC_NAME_BYTES;
