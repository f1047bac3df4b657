import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CombinationDetector } from '../../../../core/anomalies/engine/combination-detector.ts';
import { partialResiduals, RunningCovariance } from '../../../../core/anomalies/engine/covariance.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { between } from '../../../fixtures/numbers.ts';
import { seededRandom } from './daily-series.ts';

const noise = (random: () => number): number => random() + random() + random() - 1.5;

describe('metric combination', () => {
  const METRICS = ['cpu', 'requests', 'latency'];
  const USUAL = [50, 200, 80];
  /** Distances from the time of day: cpu and requests follow the load, latency does not. */
  const at = (random: () => number): number[] => {
    const load = 10 * noise(random);
    return [load + noise(random), 4 * load + 3 * noise(random), noise(random)];
  };
  const moment = (i: number, differences: readonly number[]) => ({
    timestamp: i * 300,
    values: differences.map((difference, metric) => USUAL[metric]! + difference),
    differences,
  });

  it('alerts if each metric is ordinary but the combination is not, and names the metric', () => {
    const random = seededRandom(9);
    const detector = new CombinationDetector(METRICS);
    const found: string[] = [];
    for (let i = 0; i < 3000; i++) {
      const differences = at(random);
      if (i >= 2800) differences[0] = differences[0]! - differences[1]! / 4 + 8;
      const result = detector.next(moment(i, differences));
      if (result?.alert === true && i >= 2800) found.push(result.metric);
      if (result?.alert === true) expect(i).toBeGreaterThanOrEqual(2800);
    }
    expect(['cpu', 'requests']).toContain(found[0]);
  });

  it('uses a different threshold for the metric it names', () => {
    const alertsAt = (threshold: number | undefined): number => {
      const random = seededRandom(9);
      const detector = new CombinationDetector(METRICS);
      let alerts = 0;
      for (let i = 0; i < 3000; i++) {
        const differences = at(random);
        if (i === 2900) differences[2] = differences[2]! + 30;
        const result = detector.next(moment(i, differences), (metric) =>
          metric === 'latency' ? threshold : undefined,
        );
        if (result?.alert === true) alerts++;
      }
      return alerts;
    };
    expect(alertsAt(undefined)).toBe(1);
    expect(alertsAt(20)).toBe(0);
  });

  it('expects the value that the other metrics predict', () => {
    const random = seededRandom(10);
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 2000; i++) detector.next(moment(i, at(random)));
    const result = detector.next(moment(2000, [0, 0, 60]))!;
    expect(result.metric).toBe('latency');
    expect(result.expected.upper).toBeLessThan(100);
    expect(result.expected.lower).toBeLessThan(80);
    expect(result.expected.upper).toBeGreaterThan(80);
  });

  it('waits for all metrics and for enough points, and accepts 2 to 16 metrics', () => {
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 100; i++) {
      expect(detector.next(moment(i, [1, Number.NaN, 3]))).toBeUndefined();
      expect(detector.next(moment(i, [1, 1e200, 3]))).toBeUndefined();
      expect(detector.next(moment(i, [1, 2]))).toBeUndefined();
      expect(detector.next({ ...moment(i, [1, 2, 3]), values: [1, 2] })).toBeUndefined();
      expect(detector.next({ ...moment(i, [1, 2, 3]), values: [1, 2, Number.NaN] })).toBeUndefined();
    }
    const random = seededRandom(4);
    for (let i = 0; i < 60; i++) expect(detector.next(moment(i, at(random)))).toBeUndefined();
    expect(detector.next(moment(60, at(random)))).toBeDefined();
    expect(() => new CombinationDetector(['cpu'])).toThrow('expected 2 to 16 metrics, found 1');
  });

  it('handles a constant metric, and two metrics that are always equal', () => {
    const random = seededRandom(6);
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 500; i++) {
      const [cpu] = at(random);
      const result = detector.next(moment(i, [cpu!, 2 * cpu!, 0]));
      if (i >= 60) expect(result?.residual).toBeLessThan(10);
    }
    const still = new CombinationDetector(METRICS);
    for (let i = 0; i < 100; i++) still.next(moment(i, [0, 0, 0]));
    expect(still.next(moment(100, [0, 0, 0]))).toMatchObject({ residual: 0, alert: false });
  });

  it('continues identically after being saved, for the same number of metrics', () => {
    const random = seededRandom(12);
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 500; i++) detector.next(moment(i, at(random)));
    const writer = new ByteWriter();
    detector.save(writer);
    const again = new CombinationDetector(METRICS);
    again.load(new ByteReader(writer.finish()));
    for (let i = 500; i < 600; i++) {
      const differences = at(random);
      expect(again.next(moment(i, differences))).toEqual(detector.next(moment(i, differences)));
    }
    const other = new CombinationDetector(['cpu', 'requests']);
    expect(() => other.load(new ByteReader(writer.finish()))).toThrow(/expected 4 covariances, found \d/);
  });

  it('returns nothing for a damaged covariance', () => {
    const random = seededRandom(2);
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 100; i++) detector.next(moment(i, at(random)));
    const writer = new ByteWriter();
    detector.save(writer);
    const bytes = writer.finish();
    const view = new DataView(bytes.buffer);
    for (let cell = 0; cell < 9; cell++) view.setFloat64(1 + 8 * cell, Number.POSITIVE_INFINITY, true);
    const damaged = new CombinationDetector(METRICS);
    damaged.load(new ByteReader(bytes));
    expect(damaged.next(moment(100, at(random)))).toBeUndefined();
  });
});

describe('covariance', () => {
  it('compares each component with the others, and rejects a singular matrix', () => {
    // The inverse of [[4, 2], [2, 3]] is [[0.375, -0.25], [-0.25, 0.5]].
    const { distances, deviations } = partialResiduals(Float64Array.of(4, 2, 2, 3), Float64Array.of(1, 2))!;
    const close = (...values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));
    expect(Array.from(deviations)).toEqual(close(1 / Math.sqrt(0.375), 1 / Math.sqrt(0.5)));
    expect(Array.from(distances)).toEqual(close(-0.125 / Math.sqrt(0.375), 0.75 / Math.sqrt(0.5)));
    expect(partialResiduals(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 2))).toBeUndefined();
  });

  it('recovers the difference of a component from its regression on the others', () => {
    const finite = between(-3, 3);
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 20, maxLength: 20 }),
        fc.array(finite, { minLength: 4, maxLength: 4 }),
        (cells, vector) => {
          // A A^T + I of a 4 x 5 matrix is positive definite.
          const row = (i: number): number[] => cells.slice(5 * i, 5 * i + 5);
          const matrix = Float64Array.from({ length: 16 }, (_, at) => {
            const [i, j] = [Math.floor(at / 4), at % 4];
            return row(i).reduce((sum, cell, k) => sum + cell * row(j)[k]!, i === j ? 1 : 0);
          });
          const { distances, deviations } = partialResiduals(matrix, Float64Array.from(vector))!;
          // With w = distances / deviations = P z, the matrix brings the vector back.
          const back = vector.map((_, i) =>
            vector.reduce((sum, __, j) => sum + (matrix[4 * i + j]! * distances[j]!) / deviations[j]!, 0),
          );
          back.forEach((value, i) => {
            expect(value).toBeCloseTo(vector[i]!, 8);
          });
        },
      ),
    );
  });

  it('averages products and shrinks only correlations', () => {
    const covariance = new RunningCovariance(2);
    expect(Array.from(covariance.correlations(0.5))).toEqual([1, 0, 0, 1]);
    covariance.absorb(Float64Array.of(1, 2));
    covariance.absorb(Float64Array.of(3, 0));
    expect(Array.from(covariance.values)).toEqual([5, 1, 1, 2]);
    expect(Array.from(covariance.deviations())).toEqual([Math.sqrt(5), Math.sqrt(2)]);
    const half = expect.closeTo(0.5 / Math.sqrt(10), 12);
    expect(Array.from(covariance.correlations(0.5))).toEqual([1, half, half, 1]);
  });
});
