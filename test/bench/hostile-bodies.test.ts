/** The bodies that cost most, decoded at their full size in a process with a small heap. */
import { describe, expect, it } from 'vitest';
import { MAX_PEAK_MB, MAX_SECONDS, measureBodies } from '../../bench/anomalies/hostile/run.ts';
import { WORST_BODIES } from '../../bench/anomalies/hostile/worst-bodies.ts';
import { INGEST_LIMITS } from '../../core/metrics/ingestion/decoding/limits.ts';

const COSTLY = [
  'CSV, commas',
  'CSV, points of 50,000 series',
  'JSON, profiles is a text',
  'JSON, unlike keys',
  'OTLP JSON, null metrics',
  'OTLP JSON, null points',
  'OTLP JSON, control characters in an attribute',
  'OTLP protobuf, empty entries in an attribute',
  'OTLP protobuf, points of 50,000 series',
  'OTLP protobuf, a series that many resources share',
];

describe('hostile bodies', () => {
  it.each(COSTLY)('%s', (name) => {
    const bodies = WORST_BODIES.filter((body) => body.name === name);
    const figures = measureBodies(bodies, INGEST_LIMITS.maxUnzippedBytes, () => {});
    expect(figures.length).toBeGreaterThan(0);
    for (const { peakMb, seconds, outcome } of figures) {
      expect(peakMb, outcome).toBeLessThanOrEqual(MAX_PEAK_MB);
      expect(seconds, outcome).toBeLessThanOrEqual(MAX_SECONDS);
    }
  });
});
