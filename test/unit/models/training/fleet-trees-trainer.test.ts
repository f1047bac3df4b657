import { describe, expect, it } from 'vitest';
import { logOfLoss } from '../../../../core/models/performance/error-sums.ts';
import { fleetTreesTrainer } from '../../../../core/models/training/fleet-trees-trainer.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { simulateFleet } from '../../../../core/simulator/simulate-fleet.ts';
import { NOW } from '../samples.ts';

const DAY = 86_400;
const SERVERS = 4;
const options = { days: 6, stepSeconds: 900, endAt: NOW, incidents: 0, seed: 3, servers: SERVERS };

const FLEET = [...simulateFleet(options)].map(({ server, start, metrics }) => ({
  ...{ seriesId: `${server.id}/cpu_percent`, segment: `cpu_percent of ${server.profile} targets` },
  series: { start, stepSeconds: options.stepSeconds, values: metrics.cpu_percent },
  threshold: { kind: 'fixed' as const, direction: 'above' as const, limit: 90 },
}));
const WINDOW = { from: 0, to: NOW - 2 * DAY };
const STRETCH = { from: NOW - 2 * DAY, to: NOW };
const TASK = {
  series: FLEET,
  window: WINDOW,
  parameters: { windows: 12, rounds: 8, minRowsPerLeaf: 10 },
  seed: 7,
};

const clock = () => {
  let now = 0;
  return () => ++now;
};
const trainer = fleetTreesTrainer(clock());
const meanLoss = (results: readonly { readonly loss: number }[]) =>
  results.reduce((sum, { loss }) => sum + logOfLoss(loss), 0) / results.length;

describe('the trainer of fleet trees', () => {
  it('makes the same file of the same task, of nothing after its window, and another one of another seed', async () => {
    const first = await trainer.train(TASK);
    expect(first).toMatchObject({ format: 1, metrics: { series: SERVERS } });
    const changed = FLEET.map((each) => ({
      ...each,
      series: { ...each.series, values: each.series.values.map((value, i) => (i > 4 * 96 ? 0 : value)) },
    }));
    expect(await trainer.train({ ...TASK, series: changed.toReversed() })).toEqual(first);
    expect((await trainer.train({ ...TASK, seed: 8 })).files).not.toEqual(first.files);
  });

  it('scores every model on the same windows, with losses, coverage and breaches', async () => {
    const { files } = await trainer.train(TASK);
    const [own, shipped] = [
      await trainer.score(files, FLEET, STRETCH),
      await trainer.score(undefined, FLEET, STRETCH),
    ];
    const names = ({ results }: typeof own) => results.map(({ seriesId, window }) => `${seriesId} ${window}`);
    expect(names(own)).toEqual(names(shipped));
    expect(new Set(names(own)).size).toBe(SERVERS * 6);
    expect(new Set(own.results.map(({ window }) => window)).size).toBe(6);
    expect(meanLoss(own.results)).not.toBe(meanLoss(shipped.results));
    for (const { loss, covered } of own.results) {
      expect(loss).toBeGreaterThan(0);
      expect(covered).toBeGreaterThanOrEqual(0);
      expect(covered).toBeLessThanOrEqual(1);
    }
    expect(own.results.flatMap(({ breaches }) => breaches).some(({ crossed }) => crossed)).toBe(true);
    expect(own.seconds).toEqual(Array(own.results.length).fill(1));
  });

  it('says nothing about breaches of a limit that is passed already, or of values that are missing', async () => {
    const flat = (value: (i: number) => number) =>
      FLEET.slice(0, 1).map((each) => ({
        ...{ ...each, threshold: { kind: 'fixed' as const, direction: 'above' as const, limit: 10 } },
        series: { ...each.series, values: each.series.values.map((_, i) => value(i)) },
      }));
    const passed = await trainer.score(
      undefined,
      flat((i) => 50 + (i % 3)),
      STRETCH,
    );
    expect(passed.results.every(({ breaches }) => breaches.length <= 3)).toBe(true);
    const half = await trainer.score(
      undefined,
      flat((i) => (i % 2 ? Number.NaN : 5 + (i % 3))),
      STRETCH,
    );
    expect(half.results.flatMap(({ breaches }) => breaches)).toEqual([]);
  });

  it('has no windows in a stretch that is too short, and refuses what is no model or no hyperparameter', async () => {
    const short = { from: NOW - DAY / 4, to: NOW };
    expect(await trainer.score(undefined, FLEET, short)).toEqual({ results: [], seconds: [] });
    const refused = [
      trainer.score(new Map(), FLEET, STRETCH),
      trainer.score(new Map([['trees.bin', Buffer.from('nonsense')]]), FLEET, STRETCH),
      trainer.train({ ...TASK, parameters: { leaves: 'many' } }),
      trainer.train({ ...TASK, parameters: { unknown: 1 } }),
      trainer.train({ ...TASK, series: [] }),
    ];
    for (const each of refused) await expect(each).rejects.toBeInstanceOf(InvalidInputError);
  });
});
