import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../core/shared/byte-buffer.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

describe('blocks in a byte buffer', () => {
  it('round-trip, and are rejected if truncated', () => {
    const writer = new ByteWriter();
    const inner = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);
    writer.block(inner);
    writer.u8(7);
    const bytes = writer.finish();
    const reader = new ByteReader(bytes);
    expect([...reader.block()]).toEqual([...inner]);
    expect(reader.u8()).toBe(7);
    expect(() => new ByteReader(bytes.subarray(0, 100)).block()).toThrow(InvalidInputError);
  });
});
