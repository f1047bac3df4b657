import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../core/shared/byte-buffer.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const number = (kind: 'u8' | 'u16' | 'i16' | 'i32' | 'f64' | 'varint', value: fc.Arbitrary<number>) =>
  value.map((written) => ({ kind, written }) as const);

const field = fc.oneof(
  number('u8', fc.integer({ min: 0, max: 255 })),
  number('u16', fc.integer({ min: 0, max: 65_535 })),
  number('i16', fc.integer({ min: -32_768, max: 32_767 })),
  number('i32', fc.integer()),
  number('f64', fc.double({ noNaN: true })),
  number('varint', fc.maxSafeNat()),
  fc.string({ unit: 'grapheme' }).map((written) => ({ kind: 'text', written }) as const),
  fc.uint8Array().map((written) => ({ kind: 'block', written }) as const),
);
type Field = typeof field extends fc.Arbitrary<infer T> ? T : never;

const write = (fields: readonly Field[]): Uint8Array => {
  const writer = new ByteWriter();
  for (const each of fields) {
    if (each.kind === 'text') writer.text(each.written);
    else if (each.kind === 'block') writer.block(each.written);
    else writer[each.kind](each.written);
  }
  return writer.finish();
};
const readAll = (bytes: Uint8Array, fields: readonly Field[]) => {
  const reader = new ByteReader(bytes);
  const values = fields.map(({ kind }) => reader[kind]());
  return { values, atEnd: reader.atEnd };
};

describe('byte buffers', () => {
  it('return every sequence of fields, and end exactly after it', () => {
    const property = fc.property(fc.array(field), (fields) => {
      const { values, atEnd } = readAll(write(fields), fields);
      expect(values).toEqual(fields.map(({ written }) => written));
      expect(atEnd).toBe(true);
    });
    fc.assert(property);
  });

  it('throw InvalidInputError at any truncation', () => {
    const property = fc.property(fc.array(field, { minLength: 1 }), fc.nat(), (fields, cut) => {
      const bytes = write(fields);
      expect(() => readAll(bytes.subarray(0, cut % bytes.length), fields)).toThrow(InvalidInputError);
    });
    fc.assert(property);
  });

  it('grow beyond their first size without losing bytes', () => {
    const bytes = Uint8Array.from({ length: 5_000 }, (_, i) => i % 251);
    const writer = new ByteWriter();
    for (const byte of bytes) writer.u8(byte);
    expect(writer.finish()).toEqual(bytes);
  });

  it('are little-endian', () => {
    const writer = new ByteWriter();
    writer.u16(0x0102);
    writer.i32(0x01020304);
    expect([...writer.finish()]).toEqual([2, 1, 4, 3, 2, 1]);
  });

  it('round single-precision numbers', () => {
    const writer = new ByteWriter();
    writer.f32(0.1);
    expect(new ByteReader(writer.finish()).f32()).toBe(Math.fround(0.1));
  });

  it.each([
    [0, 1],
    [127, 1],
    [128, 2],
    [16_383, 2],
    [16_384, 3],
    [Number.MAX_SAFE_INTEGER, 8],
  ])('write %i in %i bytes', (value, length) => {
    const writer = new ByteWriter();
    writer.varint(value);
    expect(writer.finish()).toHaveLength(length);
    expect(new ByteReader(writer.finish()).varint()).toBe(value);
  });

  it('say how much is missing', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(reader.u8()).toBe(1);
    expect(reader.atEnd).toBe(false);
    expect(() => reader.f64()).toThrow('expected 8 more bytes, found 2');
  });

  it('return lists of numbers, into an array of the same length only', () => {
    const writer = new ByteWriter();
    writer.floats([1.5, -2, Number.POSITIVE_INFINITY]);
    const bytes = writer.finish();
    expect(new ByteReader(bytes).floats()).toEqual(Float64Array.of(1.5, -2, Number.POSITIVE_INFINITY));
    const target = new Float64Array(3);
    new ByteReader(bytes).floatsInto(target, 'weights');
    expect([...target]).toEqual([1.5, -2, Number.POSITIVE_INFINITY]);
    const tooLong = () => new ByteReader(bytes).floatsInto(new Float64Array(2), 'weights');
    expect(tooLong).toThrow(InvalidInputError);
    expect(tooLong).toThrow('expected 2 weights, found 3');
    expect(() => new ByteReader(bytes.subarray(0, 20)).floats()).toThrow('expected 24 more bytes, found 19');
  });

  it('return indexes below their limit only', () => {
    const below = (value: number, limit: number) => {
      const writer = new ByteWriter();
      writer.varint(value);
      return new ByteReader(writer.finish()).varintBelow(limit);
    };
    expect([below(0, 1), below(299, 300)]).toEqual([0, 299]);
    expect(() => below(300, 300)).toThrow(InvalidInputError);
    expect(() => below(301, 300)).toThrow('expected a number below 300, found 301');
  });

  it('return as many items as were counted', () => {
    const reader = new ByteReader(Uint8Array.of(3, 7, 8, 9, 0, 1));
    expect(reader.items(() => reader.u8())).toEqual([7, 8, 9]);
    expect(reader.items(() => reader.u8())).toEqual([]);
    expect(() => reader.items(() => reader.u8())).toThrow(InvalidInputError);
  });

  it('reject a number that never ends', () => {
    expect(() => new ByteReader(new Uint8Array(9).fill(255)).varint()).toThrow('overlong');
  });

  it('read from the middle of a larger buffer', () => {
    const larger = Uint8Array.of(9, 1, 2, 9);
    expect(new ByteReader(larger.subarray(1, 3)).u16()).toBe(0x0201);
  });
});
