import { createHash } from 'node:crypto';
import * as z from 'zod';

/** Values that JSON can hold. Hashes are over their canonical text. */
export type Json = z.infer<typeof Json>;
export const Json = z.json();

/**
 * JSON with the keys of all objects sorted by code unit, without spaces, and without fields that are undefined: equal
 * values have equal texts (RFC 8785, for values that came through JSON).
 */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, nested: unknown) =>
    nested !== null && typeof nested === 'object' && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  );

/** SHA-256 of the canonical JSON, as 64 hexadecimal digits. */
export const jsonHash = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');
