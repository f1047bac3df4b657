import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFleetTrees } from '../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import type { FleetSeries } from '../../../../core/forecasts/training/fleet-series.ts';
import { heldOutForecasts } from '../../../../core/forecasts/training/held-out-forecasts.ts';
import { encodeTrees } from '../engine/fleet/tree-writer.ts';
import { noise, seriesOf } from '../engine/sample-series.ts';
import { LENGTH, STEP, sampleFleet, timeAt } from './sample-fleet.ts';

const TREES = decodeFleetTrees(encodeTrees());
const SPAN = { scoreFrom: timeAt(LENGTH - 400), scoreUntil: timeAt(LENGTH - 100) };
const forecasts = (fleet: readonly FleetSeries[], { windows = 4, seed = 1, span = SPAN } = {}) => [
  ...heldOutForecasts(TREES, fleet, span, windows, seed),
];

describe('heldOutForecasts', () => {
  const fleet = sampleFleet(2);
  const made = forecasts(fleet);

  it('forecast each window with the trees and without them, and join what followed', () => {
    expect(made.map(({ name }) => name)).toEqual(
      [0, 0, 0, 0, 1, 1, 1, 1].map((server) => `server-${server}/cpu`),
    );
    for (const { name, with: corrected, without, actual, scale } of made) {
      expect(corrected.model).toMatch(new RegExp(`fleet-trees-${TREES.id}$`));
      expect(without.model).not.toMatch(/fleet/);
      expect(corrected.start).toBe(without.start);
      expect(scale).toBeGreaterThan(0);
      const { values } = fleet.find((one) => one.name === name)!.series;
      const first = (corrected.start - timeAt(0)) / STEP;
      expect(actual).toEqual(values.slice(first, first + 96));
      expect(corrected.horizon).toBe(96);
    }
  });

  it('lie within the span', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 5 }), (seed, windows) => {
        for (const { without } of forecasts(sampleFleet(1), { seed, windows })) {
          expect(without.start).toBeGreaterThanOrEqual(SPAN.scoreFrom);
          expect(without.start + 96 * STEP).toBeLessThanOrEqual(SPAN.scoreUntil + STEP);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('know nothing of what follows', () => {
    const future = fleet.map(({ name, series }) => ({
      name,
      series: {
        ...series,
        values: series.values.map((value, i) => (timeAt(i) >= made[0]!.without.start ? 77 : value)),
      },
    }));
    const [same] = forecasts(future);
    expect(same!.with).toEqual(made[0]!.with);
    expect(same!.scale).toBe(made[0]!.scale);
    expect(same!.actual).not.toEqual(made[0]!.actual);
  });

  it('are at the same times whatever other series there are, at others for another seed', () => {
    expect(forecasts(fleet.slice(1)).map(({ with: own }) => own)).toEqual(
      made.slice(4).map(({ with: own }) => own),
    );
    expect(forecasts(fleet, { seed: 2 })[0]!.with.start).not.toBe(made[0]!.with.start);
  });

  it('are none for a span below the horizon, and leave out histories and futures that are mostly gaps', () => {
    expect(forecasts(fleet, { span: { ...SPAN, scoreFrom: SPAN.scoreUntil - 28_799 } })).toEqual([]);
    const gaps = (isGap: (i: number) => boolean): FleetSeries[] => [
      { name: 'gaps', series: seriesOf(LENGTH, (i) => (isGap(i) ? Number.NaN : noise(i))) },
    ];
    expect(forecasts(gaps(() => false))).toHaveLength(4);
    expect(forecasts(gaps((i) => i < LENGTH - 400))).not.toHaveLength(4);
    expect(forecasts(gaps((i) => i >= LENGTH - 400))).toEqual([]);
  });
});
