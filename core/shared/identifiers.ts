/** The syntax of identifiers. Metric names exclude `#`, which separates the parts of storage keys. */
import * as z from 'zod';

export const TenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,38}$/, 'expected 2-39 characters of a-z, 0-9 and "-"');
export const TargetId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, 'expected 1-128 letters, digits and ". _ : @ -"');
export const MetricName = z
  .string()
  .regex(/^[^#\p{C}]{1,256}$/u, 'expected 1-256 printable characters without "#"');
