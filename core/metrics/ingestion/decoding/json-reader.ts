/**
 * Typed access to parsed JSON that stops at the first error and names its path. Schema validation would collect an
 * issue per wrong element, and a hostile body can hold millions of them.
 */
import { IngestRejection } from './ingest-rejection.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The path to a value; converted to text only if an error is reported. */
export interface JsonPlace {
  readonly parent: JsonPlace | undefined;
  readonly step: string | number;
}

const pathOf = (place: JsonPlace): string => {
  const step = typeof place.step === 'number' ? `[${place.step}]` : `.${place.step}`;
  return place.parent === undefined ? String(place.step) : `${pathOf(place.parent)}${step}`;
};

export const within = (parent: JsonPlace | undefined, step: string | number): JsonPlace => ({ parent, step });

/** @throws IngestRejection always */
export const rejectAt = (place: JsonPlace, expected: string): never => {
  const field = pathOf(place);
  throw new IngestRejection('invalid-content', `${field}: expected ${expected}`, {
    errors: [{ field, code: 'invalid-type', message: `expected ${expected}` }],
  });
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object; empty if absent or null, as in protobuf's JSON mapping. */
export const objectAt = (value: unknown, place: JsonPlace): JsonObject => {
  if (value === undefined || value === null) return {};
  return isObject(value) ? value : rejectAt(place, 'an object');
};

export const arrayAt = (value: unknown, place: JsonPlace): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : rejectAt(place, 'an array');
};

export const textAt = (value: unknown, place: JsonPlace): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : rejectAt(place, 'text');
};

/** A 64-bit integer; JSON carries it as text because numbers lose digits. */
export const integerAt = (value: unknown, place: JsonPlace): bigint => {
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  return typeof value === 'number' && Number.isInteger(value)
    ? BigInt(value)
    : rejectAt(place, 'a whole number');
};

/** A number, or protobuf's JSON text for NaN and the infinities. */
export const doubleAt = (value: unknown, place: JsonPlace): number => {
  if (typeof value === 'number') return value;
  const named = value === 'NaN' || value === 'Infinity' || value === '-Infinity';
  return named ? Number(value) : rejectAt(place, 'a number');
};
