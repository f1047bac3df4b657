import { describe, expect, it } from 'vitest';
import { resolveThreshold } from '../../../../core/forecasts/breach/resolve-threshold.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { seriesOf } from '../engine/sample-series.ts';

const history = seriesOf(11, (i) => (i === 4 ? Number.NaN : i));

describe('resolveThreshold', () => {
  it('returns a fixed limit unchanged', () => {
    expect(resolveThreshold({ kind: 'fixed', direction: 'below', limit: 3 }, history)).toEqual({
      direction: 'below',
      limit: 3,
      source: 'fixed',
    });
  });

  it.each([
    [0, 0],
    [0.5, 5.5],
    [0.95, 9.55],
    [1, 10],
    [7, 10],
  ])('calculates quantile %d of the observed history', (quantile, limit) => {
    const resolved = resolveThreshold({ kind: 'historical', direction: 'above', quantile }, history);
    expect(resolved.limit).toBeCloseTo(limit, 9);
    expect(resolved.source).toBe('historical');
  });

  it('rejects a history without a value', () => {
    const empty = seriesOf(3, () => Number.NaN);
    const resolve = () => resolveThreshold({ kind: 'historical', direction: 'above', quantile: 0.9 }, empty);
    expect(resolve).toThrow(InvalidInputError);
  });
});
