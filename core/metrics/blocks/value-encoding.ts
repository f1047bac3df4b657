/** Chooses the narrowest of five number formats that holds every value of a series exactly. */
import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

export interface ValueEncoding {
  readonly holds: (value: number) => boolean;
  readonly write: (to: ByteWriter, value: number) => void;
  readonly read: (from: ByteReader) => number;
}

const integerWithin =
  (low: number, high: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;

/** Ordered by width. An encoding's index is its code in stored blocks: only append. */
export const VALUE_ENCODINGS: readonly ValueEncoding[] = [
  { holds: integerWithin(0, 255), write: (to, value) => to.u8(value), read: (from) => from.u8() },
  { holds: integerWithin(-32_768, 32_767), write: (to, value) => to.i16(value), read: (from) => from.i16() },
  {
    holds: integerWithin(-2_147_483_648, 2_147_483_647),
    write: (to, value) => to.i32(value),
    read: (from) => from.i32(),
  },
  {
    holds: (value) => Math.fround(value) === value,
    write: (to, value) => to.f32(value),
    read: (from) => from.f32(),
  },
  { holds: () => true, write: (to, value) => to.f64(value), read: (from) => from.f64() },
];

/** The code of the narrowest encoding that holds all `values`. */
export const narrowestEncoding = (values: Float64Array): number =>
  VALUE_ENCODINGS.findIndex(({ holds }) => values.every(holds));
