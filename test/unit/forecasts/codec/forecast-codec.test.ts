import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeForecasts, encodeForecasts } from '../../../../core/forecasts/codec/forecast-codec.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { sampleMetric, sampleTarget, tracks } from './forecast-samples.ts';

const ITEM = 350_000;

describe('the forecast codec', () => {
  it('restores everything except the numbers exactly', () => {
    const target = sampleTarget(['cpu_percent', 'memory_percent{host="a/b"}']);
    const [part, ...more] = encodeForecasts(target, ITEM);
    expect(more).toEqual([]);
    const read = decodeForecasts(part!);
    expect({ ...read, metrics: [] }).toEqual({ ...target, metrics: [] });
    read.metrics.forEach((metric, i) => {
      const { quantiles, mean, ...about } = metric.forecast;
      const original = target.metrics[i]!;
      expect({ ...metric, forecast: about }).toEqual({
        ...original,
        forecast: expect.objectContaining(about),
      });
      expect(quantiles).toHaveLength(original.forecast.quantiles.length);
      expect(mean[5]).toBeCloseTo(original.forecast.mean[5]!, 1);
    });
  });

  it('takes about 1 KB per metric and hardly more than the numbers need', () => {
    const ten = sampleTarget(Array.from({ length: 10 }, (_, i) => `metric_${i}`));
    const [part] = encodeForecasts(ten, ITEM);
    expect(part!.length).toBeLessThan(12_000);
  });

  it('decodes what it encoded for forecasts of any shape', () => {
    fc.assert(
      fc.property(fc.array(tracks, { maxLength: 4 }), (shapes) => {
        const metrics = shapes.map((shape, i) => {
          const sample = sampleMetric(`m${i}`);
          const quantileLevels = shape.quantiles.map((_, l) => (l + 1) / (shape.quantiles.length + 1));
          return {
            ...sample,
            forecast: { ...sample.forecast, ...shape, horizon: shape.mean.length, quantileLevels },
          };
        });
        const read = encodeForecasts(sampleTarget([], { metrics }), ITEM).map((part) =>
          decodeForecasts(part),
        );
        expect(read.flatMap((part) => part.metrics.map(({ metric }) => metric))).toEqual(
          metrics.map((m) => m.metric),
        );
        for (const { forecast } of read.flatMap((part) => part.metrics)) {
          expect(
            forecast.quantiles.every((row) => row.length === forecast.horizon && row.every(Number.isFinite)),
          ).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('splits large targets into parts of whole metrics that fit', () => {
    const target = sampleTarget(Array.from({ length: 40 }, (_, i) => `metric_${i}`));
    const parts = encodeForecasts(target, 10_000);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.every((part) => part.length <= 10_000)).toBe(true);
    const names = parts.flatMap((part) => decodeForecasts(part).metrics.map(({ metric }) => metric));
    expect(names).toEqual(target.metrics.map(({ metric }) => metric));
  });

  it('gives a metric that alone exceeds the limit its own part', () => {
    expect(encodeForecasts(sampleTarget(['a', 'b']), 10)).toHaveLength(2);
  });

  it('accepts a target without metrics', () => {
    const [part] = encodeForecasts(sampleTarget([]), ITEM);
    expect(decodeForecasts(part!)).toEqual(sampleTarget([]));
  });

  it('refuses to encode forecasts that could not be decoded', () => {
    const sample = sampleMetric('a');
    const broken = { ...sample, breach: { ...sample.breach, probability: Number.NaN } };
    expect(() => encodeForecasts(sampleTarget([], { metrics: [broken] }), ITEM)).toThrow(InvalidInputError);
  });

  it.each([
    ['nothing', []],
    ['another version', [9, 1, 2, 3]],
    ['garbage', [1, 255, 255, 255]],
    ['an empty stream', [1, 3, 0]],
    ['text that is not JSON', [1, ...deflateRawSync(Uint8Array.of(1, 120))]],
    ['JSON of another shape', [1, ...deflateRawSync(Uint8Array.of(2, 123, 125))]],
  ])('reports %s instead of guessing', (_, bytes) => {
    expect(() => decodeForecasts(Uint8Array.from(bytes))).toThrow(InvalidInputError);
  });
});
