import { createHash } from 'node:crypto';
import * as z from 'zod';

/** Values that JSON can hold. Hashes are over their canonical text. */
export type Json = z.infer<typeof Json>;
export const Json = z.json();

/** Entries in the order of their keys by code unit: that of objects puts keys that look like numbers first. */
const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, nested]) => `${JSON.stringify(key)}:${textOf(nested)}`).join(',')}}`;
};

/**
 * JSON with the keys of all objects sorted by code unit, without spaces, and without fields that are undefined: equal
 * values have equal texts (RFC 8785).
 */
export const canonicalJson = (value: unknown): string => {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return textOf(plain);
};

/** SHA-256 of the canonical JSON, as 64 hexadecimal digits. */
export const jsonHash = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');
