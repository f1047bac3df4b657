import { describe, expect, it } from 'vitest';
import { forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import type { KnownEffect } from '../../../../core/forecasts/engine/forecast.ts';
import { dailySeries, noise, seriesOf } from './sample-series.ts';

const history = dailySeries(14 * 24, 3600);
const end = history.start + history.values.length * 3600;
const plain = forecast({ history, horizon: 24 });
const withEffects = (...knownEffects: KnownEffect[]) => forecast({ history, horizon: 24, knownEffects });

describe('a planned change of known size', () => {
  it('multiplies and adds within its span and nowhere else', () => {
    const made = withEffects({
      kind: 'campaign',
      from: end + 6 * 3600,
      to: end + 12 * 3600,
      multiply: 2,
      add: 5,
    });
    made.quantiles.forEach((row, l) => {
      row.forEach((value, h) => {
        const usual = plain.quantiles[l]![h]!;
        expect(value).toBeCloseTo(h >= 6 && h < 12 ? 2 * usual + 5 : usual, 9);
      });
    });
  });

  it('keeps quantiles in order when it mirrors them', () => {
    const made = withEffects({ kind: 'inverted', from: end, to: end + 86_400, multiply: -1, add: 200 });
    expect(made.quantiles[0]![3]!).toBeLessThan(made.quantiles[8]![3]!);
  });

  it('does nothing outside the horizon', () => {
    expect(withEffects({ kind: 'later', from: end + 10 * 86_400, to: end + 11 * 86_400, add: 50 })).toEqual(
      plain,
    );
  });
});

describe('a recurring event without a size', () => {
  const day = 24;
  const isSale = (i: number) => Math.floor(i / day) === 6 || Math.floor(i / day) === 14;
  const load = (i: number) => (100 + 10 * Math.sin((2 * Math.PI * i) / day) + noise(i)) * (isSale(i) ? 3 : 1);
  const sales = seriesOf(14 * day, load, 3600);
  const span = (d: number): KnownEffect => ({
    kind: 'sale',
    from: sales.start + d * 86_400,
    to: sales.start + (d + 1) * 86_400,
  });

  it('takes its factor from its past spans', () => {
    const made = forecast({ history: sales, horizon: day, knownEffects: [span(6), span(14)] });
    expect(made.quantiles[4]!.every((value, h) => Math.abs(value - load(14 * day + h)) < 20)).toBe(true);
  });

  it('changes nothing where it has no past', () => {
    const steady = seriesOf(14 * day, (i) => 100 + noise(i), 3600);
    expect(forecast({ history: steady, horizon: day, knownEffects: [span(14)] })).toEqual(
      forecast({ history: steady, horizon: day }),
    );
  });

  it('is learned as a difference where values change sign', () => {
    const signed = seriesOf(14 * day, (i) => noise(i) + (isSale(i) ? 30 : 0), 3600);
    const made = forecast({ history: signed, horizon: day, knownEffects: [span(6), span(14)] });
    expect(Math.abs(made.quantiles[4]![5]! - 30)).toBeLessThan(1.5);
  });
});
