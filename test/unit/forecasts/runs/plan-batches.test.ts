import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchBudget, DEFAULT_BUDGET } from '../../../../core/forecasts/runs/batch-budget.ts';
import { MAX_RUN_SECONDS } from '../../../../core/forecasts/runs/close-run.ts';
import { estimateSeconds, planBatches } from '../../../../core/forecasts/runs/plan-batches.ts';
import { selectStage } from '../../../../lib/config/select-stage.ts';

const targetWith = (targetId: string, metrics: number) => ({
  targetId,
  metrics: Object.fromEntries(
    Array.from({ length: metrics }, (_, i) => [`m${i}`, { kind: 'gauge' as const }]),
  ),
});
const fleet = fc
  .array(fc.nat({ max: 40 }), { maxLength: 300 })
  .map((sizes) => sizes.map((metrics, i) => targetWith(`t${i}`, metrics)));
const budget: BatchBudget = { ...DEFAULT_BUDGET, secondsPerBatch: 5, maxSeries: 60 };

describe('planning batches', () => {
  it('puts every target into exactly one batch, in order', () => {
    fc.assert(
      fc.property(fleet, (targets) => {
        const batches = planBatches(targets, budget);
        expect(batches.flat()).toEqual(targets.map(({ targetId }) => targetId));
        expect(batches.every((batch) => batch.length > 0)).toBe(true);
      }),
    );
  });

  it('stays within the time and the number of series, except for a single target that exceeds it', () => {
    fc.assert(
      fc.property(fleet, (targets) => {
        const byId = new Map(targets.map((target) => [target.targetId, target]));
        for (const batch of planBatches(targets, budget)) {
          const seconds = batch.reduce((sum, id) => sum + estimateSeconds(byId.get(id)!, budget), 0);
          const series = batch.reduce((sum, id) => sum + Object.keys(byId.get(id)!.metrics).length, 0);
          if (batch.length > 1) expect(series).toBeLessThanOrEqual(budget.maxSeries);
          if (batch.length > 1) expect(seconds).toBeLessThanOrEqual(budget.secondsPerBatch + 1e-9);
        }
      }),
    );
  });

  it('never plans more batches than the workflow can list', () => {
    fc.assert(
      fc.property(fleet, fc.integer({ min: 2, max: 20 }), (targets, maxBatches) => {
        expect(planBatches(targets, { ...budget, maxBatches }).length).toBeLessThanOrEqual(maxBatches);
      }),
    );
  });

  it('plans dense targets by their points: 340 that send five metrics every second are no batch of a minute', () => {
    const fleetOf = (pointsPerHour: number) =>
      Array.from({ length: 340 }, (_, i) => ({ ...targetWith(`t${i}`, 5), pointsPerHour }));
    expect(planBatches(fleetOf(60), DEFAULT_BUDGET)).toHaveLength(2);
    const dense = planBatches(fleetOf(18_000), DEFAULT_BUDGET);
    // 18,000 x 336 hours = 6 million points: 6 s, so nine in a minute.
    expect(dense.map((batch) => batch.length).slice(0, 2)).toEqual([9, 9]);
  });

  it('finishes a tenant that sends its whole quota of points within the batches and the time of a run', () => {
    const targets = Array.from({ length: 2000 }, (_, i) => ({
      ...targetWith(`t${i}`, 5),
      pointsPerHour: 18_000,
    }));
    const batches = planBatches(targets, DEFAULT_BUDGET);
    expect(batches.length).toBeLessThan(DEFAULT_BUDGET.maxBatches);
    const rounds = Math.ceil(batches.length / selectStage('prod').forecastConcurrency);
    expect(rounds * DEFAULT_BUDGET.secondsPerBatch).toBeLessThan(MAX_RUN_SECONDS);
  });

  it('plans nothing without targets', () => expect(planBatches([], budget)).toEqual([]));

  it('needs few batches for a small fleet and divides a large one', () => {
    const of = (count: number) =>
      planBatches(
        Array.from({ length: count }, (_, i) => targetWith(`t${i}`, 5)),
        DEFAULT_BUDGET,
      );
    expect(of(10)).toHaveLength(1);
    expect(of(20_000).length).toBeGreaterThan(20);
  });
});
