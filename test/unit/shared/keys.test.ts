import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../core/shared/byte-buffer.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { hotKeys, registryKeys } from '../../../core/shared/keys.ts';

describe('keys of the hot table', () => {
  it('tell whose they are', () => {
    const targetId = 'db.1:primary@eu_west-1';
    expect(hotKeys.ownerOf(hotKeys.target('acme', targetId))).toEqual({ tenantId: 'acme', targetId });
    for (const other of ['T#acme', 'T##web-1', 'T#acme#', 'KEY#acme#web-1', ''])
      expect(hotKeys.ownerOf(other)).toBeUndefined();
  });

  it('keep blocks apart from forecasts and detectors', () => {
    expect(hotKeys.block(1).startsWith(hotKeys.blocks)).toBe(true);
    for (const key of [hotKeys.detectors, hotKeys.forecast, hotKeys.forecastPart(2)])
      expect(key.startsWith(hotKeys.blocks)).toBe(false);
  });
});

describe('keys of anomalies', () => {
  it('sort by time, and lie between the bounds of their second', () => {
    const at = (timestamp: number) => registryKeys.anomaly(timestamp, 'web-1', 'cpu');
    const times = [0, 59, 60, 1_795_255_500, 4_000_000_000];
    expect(times.map(at).sort((a, b) => (a < b ? -1 : 1))).toEqual(times.map(at));
    for (const time of times) {
      expect(at(time) > registryKeys.anomaliesFrom(time)).toBe(true);
      expect(at(time) < registryKeys.anomaliesUntil(time)).toBe(true);
      expect(at(time + 1) > registryKeys.anomaliesUntil(time)).toBe(true);
      expect(at(time).startsWith(registryKeys.anomalies)).toBe(true);
    }
  });
});

describe('bytes within bytes', () => {
  it('come back as they were, and are missed when cut off', () => {
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
