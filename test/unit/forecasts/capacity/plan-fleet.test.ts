import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  LAMBDA_SLOWDOWN,
  lambdaMsPerSeries,
  learnedShare,
  MEASURED_FORECASTING,
} from '../../../../core/forecasts/capacity/forecasting-figures.ts';
import { planFleet } from '../../../../core/forecasts/capacity/plan-fleet.ts';
import {
  BATCH_MEMORY_MB,
  BATCH_TIMEOUT_SECONDS,
  BATCHES_AT_ONCE,
  HISTORY_EVENTS,
  RUN_TIMEOUT_SECONDS,
  SPREAD_SECONDS,
  STATE_BYTES,
  workflowLoad,
} from '../../../../core/forecasts/capacity/workflow-limits.ts';
import { batchFileKey } from '../../../../core/forecasts/object-keys.ts';
import { DEFAULT_BUDGET } from '../../../../core/forecasts/runs/batch-budget.ts';
import { prod } from '../../../../lib/config/prod.ts';

const figures = {
  ...MEASURED_FORECASTING,
  cpuMsPerSeries: { learned: 12, resumed: 6 },
  bytesPerSeries: { forecast: 1000, archive: 2000, state: 1000, hourBlock: 100 },
  batchMemory: { series: 1000, peakMb: 300, emptyMb: 100 },
  breachShare: 0,
};
const fleet = {
  ...{ targets: 10_000, seriesPerTarget: 10, cadenceMinutes: 60 },
  concurrency: BATCHES_AT_ONCE,
};
const plan = planFleet(fleet, figures, DEFAULT_BUDGET);
const fileOf = (path: string): string =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

describe('a run of 100,000 series', () => {
  it('matches a manual calculation', () => {
    // One run in six learns: (12 + 5 x 6) / 6 = 7 ms of CPU, 0.5 for a score; twice that in Lambda, and 50 ms a target.
    expect(plan.seconds.cpu).toBeCloseTo(750, 6);
    expect(plan.seconds.lambda).toBeCloseTo(1500 + 500, 6);
    expect(plan.perRun.gbSeconds).toBeCloseTo(2000 * (1769 / 1024), 3);
  });

  it('counts store units by the started KB', () => {
    // 10 x 1,000 + 250 bytes are 11 write units; 336 x (10 x 100 + 250) = 420,000 bytes are 103 x 4 KB, halved.
    expect(plan.perTarget).toMatchObject({ writeUnits: 11, readUnits: 51.5, stateBytes: 10_000 });
    expect(plan.perRun.writeUnits).toBeCloseTo(110_000, 6);
    expect(plan.perRun.readUnits).toBeCloseTo(515_000 + 10_000 + plan.batches, 6);
  });

  it('puts four objects per batch, the plan, the scores of a day, and every sixth time its states', () => {
    expect(plan.perRun.puts).toBeCloseTo(4 * plan.batches + 2 + plan.batches / 6, 6);
    expect(plan.perRun.transitions).toBeCloseTo(plan.batches + 7, 6);
  });

  it('costs what its lines cost', () => {
    const sum = plan.perMonth.lines.reduce((total, { list }) => total + list, 0);
    expect(plan.perMonth.dollars).toBeCloseTo(sum, 9);
    expect(plan.perRun.dollars * 730).toBeCloseTo(sum, 9);
    const compute = plan.perMonth.lines.find(({ what }) => what === 'GB-seconds');
    expect(compute?.list).toBeCloseTo(730 * plan.perRun.gbSeconds * 0.0000133334, 6);
  });

  it('takes as many rounds as its batches require', () => {
    const rounds = Math.ceil(plan.batches / BATCHES_AT_ONCE);
    const batch = plan.targetsPerBatch * (0.05 + 10 * 0.024);
    expect(plan.seconds.longestBatch).toBeCloseTo(batch, 6);
    expect(plan.seconds.longestWall).toBeCloseTo(rounds * batch, 6);
    expect(plan.seconds.wall).toBeLessThan(plan.seconds.longestWall);
  });

  it('grows memory with the series of a batch only', () => {
    expect(plan.batchMemoryMb).toBeCloseTo(100 + 0.2 * 10 * plan.targetsPerBatch, 6);
    expect(plan.limits.every(({ fits }) => fits)).toBe(true);
  });
});

describe('limits', () => {
  it('are reported if a fleet exceeds them', () => {
    const huge = planFleet({ ...fleet, targets: 1_000_000, cadenceMinutes: 5 }, figures, DEFAULT_BUDGET);
    const broken = huge.limits.filter(({ fits }) => !fits).map(({ limit }) => limit);
    expect(broken).toContain('run that re-learns every series, seconds of the cadence');
    expect(huge.batches).toBeLessThanOrEqual(DEFAULT_BUDGET.maxBatches);
  });

  it('name the dispatch if there are more tenants than one can start runs of', () => {
    const brokenWith = (tenants: number) =>
      planFleet({ ...fleet, tenants }, figures, DEFAULT_BUDGET)
        .limits.filter(({ fits }) => !fits)
        .map(({ limit }) => limit);
    expect(brokenWith(3_500)).toEqual([]);
    expect(brokenWith(3_600)).toEqual(['dispatch of the runs of all tenants, events']);
  });

  it('allow as many batches as the planner may plan, with all their retries', () => {
    const load = workflowLoad(DEFAULT_BUDGET.maxBatches);
    expect(load.stateBytes).toBeLessThan(STATE_BYTES);
    expect(load.worstEvents).toBeLessThan(HISTORY_EVENTS);
  });

  it('count at least the size of an entry in the list of batches', () => {
    const key = batchFileKey('a'.repeat(39), '2026-11-21T10-05-00Z-1a2b3c4d', 800);
    const entry = JSON.stringify({ index: 800, batchKey: key }).length + 1;
    expect(workflowLoad(2).stateBytes - workflowLoad(1).stateBytes).toBeGreaterThanOrEqual(entry);
  });

  it('are those of the workflow and its batch function', () => {
    const definition = JSON.parse(fileOf('state-machines/forecast-fleet.asl.json'));
    expect(prod).toMatchObject({
      forecastConcurrency: BATCHES_AT_ONCE,
      forecastSpreadMinutes: SPREAD_SECONDS / 60,
    });
    expect(definition.TimeoutSeconds).toBe(RUN_TIMEOUT_SECONDS);
    const construct = fileOf('lib/forecasts/forecast-workflow.ts');
    const batch = construct.slice(construct.indexOf("entry: 'forecast-batch'"));
    expect(/memoryMb: (\d+)/.exec(batch)?.[1]).toBe(String(BATCH_MEMORY_MB));
    expect(/Duration\.minutes\((\d+)\)/.exec(batch)?.[1]).toBe(String(BATCH_TIMEOUT_SECONDS / 60));
  });
});

describe('the share of re-learned series', () => {
  it.each([
    [60, 1 / 6],
    [30, 1 / 12],
    [240, 1 / 2],
    [360, 1],
    [1440, 1],
  ])('at %i minutes between runs is %f', (cadence, share) => {
    expect(learnedShare(cadence)).toBeCloseTo(share, 12);
    const expected = LAMBDA_SLOWDOWN * (share * 12 + (1 - share) * 6 + 0.5);
    expect(lambdaMsPerSeries(figures, cadence)).toBeCloseTo(expected, 9);
  });
});
