import { describe, expect, it } from 'vitest';
import { decodeFleetTrees } from '../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import type { FleetSeries } from '../../../../core/forecasts/training/fleet-series.ts';
import { FleetTrainingParameters } from '../../../../core/forecasts/training/fleet-training-parameters.ts';
import { trainOnFleet } from '../../../../core/forecasts/training/train-on-fleet.ts';
import { DEFAULT_TREE_SETTINGS } from '../../../../core/forecasts/training/tree-settings.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { seriesOf } from '../engine/sample-series.ts';
import { LENGTH, STEP, sampleFleet, timeAt } from './sample-fleet.ts';

const PARAMETERS = FleetTrainingParameters.parse({ windows: 3, rounds: 2, minRowsPerLeaf: 5 });
const SPAN = { trainFrom: timeAt(100), trainUntil: timeAt(LENGTH - 200) };
const train = (fleet: readonly FleetSeries[], parameters = PARAMETERS, seed = 1) =>
  trainOnFleet(fleet, SPAN, parameters, seed);

const changed = (fleet: readonly FleetSeries[], isChanged: (i: number) => boolean): FleetSeries[] =>
  fleet.map(({ name, series }) => ({
    name,
    series: { ...series, values: series.values.map((value, i) => (isChanged(i) ? 9999 : value)) },
  }));

describe('trainOnFleet', () => {
  const fleet = sampleFleet(4);
  const { artefact, metrics } = train(fleet);

  it('learns from windows of each series, and says from how much', () => {
    const trees = decodeFleetTrees(artefact);
    expect(trees).toMatchObject({ seed: 1, stepSeconds: { min: STEP, max: STEP }, maxLeadSeconds: 28_800 });
    expect(trees.levels.every((level) => level.length === 2)).toBe(true);
    expect(metrics).toEqual({ series: 4, rows: 4 * 3 * 4, bytes: artefact.length });
  });

  it('gives the same bytes for the same series in any order, and others for another seed', () => {
    expect(train(fleet.toReversed()).artefact).toEqual(artefact);
    expect(train(fleet, PARAMETERS, 2).artefact).not.toEqual(artefact);
  });

  it('reads nothing outside of its span', () => {
    const outside = changed(fleet, (i) => timeAt(i) < SPAN.trainFrom || timeAt(i) >= SPAN.trainUntil);
    expect(train(outside).artefact).toEqual(artefact);
    expect(train(changed(fleet, (i) => i === LENGTH - 201)).artefact).not.toEqual(artefact);
  });

  it('cuts fewer windows from each series of a large fleet, and none from some of a huge one', () => {
    expect(train(fleet, { ...PARAMETERS, maxWindows: 8 }).metrics).toMatchObject({ series: 4, rows: 32 });
    const few = train(fleet, { ...PARAMETERS, maxWindows: 3 });
    expect(few.metrics).toMatchObject({ series: 3, rows: 12 });
    expect(train(fleet.toReversed(), { ...PARAMETERS, maxWindows: 3 }).artefact).toEqual(few.artefact);
  });

  it('covers the steps of all series that it learned from', () => {
    const slow = {
      name: 'slow',
      series: { ...seriesOf(1500, (i) => (i % 7) + i / 100, 900), start: timeAt(0) },
    };
    const short = { name: 'short', series: seriesOf(20, (i) => i % 3, 60) };
    const { artefact: mixed } = train([...fleet, slow, short]);
    expect(decodeFleetTrees(mixed).stepSeconds).toEqual({ min: STEP, max: 900 });
  });

  it.each([
    ['no series', []],
    ['series that do not vary', [{ name: 'flat', series: seriesOf(LENGTH, () => 4) }]],
    ['series that are too short', [{ name: 'short', series: seriesOf(50, (i) => i % 5) }]],
  ])('refuses %s', (_, given) => {
    expect(() => train(given)).toThrow(InvalidInputError);
    expect(() => train(given)).toThrow(`none of ${given.length} series`);
  });
});

describe('FleetTrainingParameters', () => {
  it('are those of the trees that ship unless given', () => {
    const { bins, ...usual } = DEFAULT_TREE_SETTINGS;
    expect(FleetTrainingParameters.parse({})).toMatchObject(usual);
    expect(FleetTrainingParameters.parse({ leaves: 7 })).toMatchObject({ ...usual, leaves: 7 });
  });

  it.each([
    ['an unknown one', { depth: 3 }],
    ['more leaves than an artefact can hold', { leaves: 257 }],
    ['no round', { rounds: 0 }],
    ['a rate above 1', { rate: 1.1 }],
    ['a text', { windows: 'many' }],
  ])('refuse %s', (_, given) => {
    expect(FleetTrainingParameters.safeParse(given).success).toBe(false);
  });
});
