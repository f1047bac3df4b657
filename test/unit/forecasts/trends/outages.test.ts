import { describe, expect, it } from 'vitest';
import { outagesBelow } from '../../../../core/forecasts/trends/outages.ts';

const series = (...values: number[]) => ({ start: 1000, stepSeconds: 60, values: Float64Array.from(values) });

describe('outages', () => {
  it('are the periods below the limit, each with its length', () => {
    expect(outagesBelow(series(1, 0, 0, 1, 0, 1), 0.5)).toEqual([
      { at: 1060, downSeconds: 120 },
      { at: 1240, downSeconds: 60 },
    ]);
  });

  it('neither end nor begin at a gap, and a value at the limit is up', () => {
    expect(outagesBelow(series(0, Number.NaN, 0, Number.NaN, 0.5), 0.5)).toEqual([
      { at: 1000, downSeconds: 180 },
    ]);
    expect(outagesBelow(series(Number.NaN, 1), 0.5)).toEqual([]);
  });
});
