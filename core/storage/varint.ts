/** Variable-length integers (base 128, least significant group first) up to 2^53 - 1. */
import { InvalidInputError } from '../errors.ts';

/** A position within bytes; reading moves it on. */
export interface VarintReader {
  readonly bytes: Uint8Array;
  at: number;
}

/** Maps signed to unsigned so that small magnitudes stay small: 0, -1, 1, -2 become 0, 1, 2, 3. */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

/** Undoes `zigzag`. */
export const unzigzag = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

/** Appends a whole number from 0 to 2^53 - 1. */
export const writeVarint = (bytes: number[], value: number): void => {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
};

/** Reads one number. @throws InvalidInputError where the bytes end within it */
export const readVarint = (reader: VarintReader): number => {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new InvalidInputError('stored numbers end too early');
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
};
