import { describe, expect, it } from 'vitest';
import { runIngestBench } from '../../../../bench/metrics/ingest/run.ts';

describe('the ingest bench', () => {
  it('sends the same points in every format and prints its measurements', () => {
    const lines: string[] = [];
    const { formats, merge } = runIngestBench({ data: '.', out: (line) => lines.push(line) });
    expect(formats).toHaveLength(5);
    expect(new Set(formats.map(({ points }) => points))).toEqual(new Set([50 * 6 * 48]));
    for (const { decodeMs, bytesPerPoint, gzipBytesPerPoint } of formats) {
      expect(decodeMs).toBeGreaterThan(0);
      expect(gzipBytesPerPoint).toBeLessThan(bytesPerPoint);
    }
    expect(merge.fullBlockBytes).toBeGreaterThan(merge.firstBlockBytes);
    expect(merge.bytesPerPoint).toBeLessThan(20);
    expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/);
  });
});
