import { describe, expect, it } from 'vitest';
import { runIdOf } from '../../core/forecasts/run-id.ts';
import { DEFAULT_BUDGET } from '../../core/forecasts/runs/batch-budget.ts';
import { ConflictError, DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { makeHandler as makeClose } from '../../functions/forecasts/close-forecast-run/handler.ts';
import { makeHandler as makeBatch } from '../../functions/forecasts/forecast-batch/handler.ts';
import { makeHandler as makePlan } from '../../functions/forecasts/plan-forecast-run/handler.ts';
import {
  memoryBreaches,
  memoryFiles,
  memoryForecasts,
  memoryInterventions,
  memoryRuns,
  memoryStates,
  noScorer,
  noScores,
} from '../fakes/forecasts.ts';
import { memoryBlocks, memoryRegistry, watched } from '../fakes/metrics.ts';
import { memorySettings } from '../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../fakes/shared.ts';
import { backendOf, steadyForecaster } from '../unit/forecasts/runs/steady-forecaster.ts';
import { definitionOf } from './definition.ts';
import { execute, TaskError } from './interpreter.ts';

const NOW = 1_795_255_500;
const definition = definitionOf('forecast-fleet');
const request = { tenantId: 'acme', trigger: 'schedule', requestedAt: new Date(NOW * 1000).toISOString() };
const runId = runIdOf({ tenantId: 'acme', trigger: 'schedule', requestedAt: NOW * 1000 });
const points = Array.from({ length: 60 }, (_, i) => [NOW - i * 300, 50] as const).reverse();

/** Enough registered series to fill most of a batch; one of them has data. */
const metrics = Object.fromEntries(
  ['cpu_percent', ...Array.from({ length: DEFAULT_BUDGET.maxSeries / 2 }, (_, i) => `idle_${i}`)].map(
    (metric) => [metric, { kind: 'gauge' as const }],
  ),
);

/** Three targets make three batches; the functions are the real ones over stores in memory. */
const world = (count = 3) => {
  const targets = Array.from({ length: count }, (_, i) => watched(`t-${i}`, { metrics }));
  const histories = Object.fromEntries(
    targets.map(({ targetId }) => [`acme ${targetId}`, { cpu_percent: points }]),
  );
  const { telemetry } = recordedTelemetry();
  const files = memoryFiles();
  const runs = memoryRuns();
  const common = { registry: memoryRegistry(targets), files: files.files, runs: runs.store, telemetry };
  const plan = makePlan({ ...common, budget: DEFAULT_BUDGET });
  const closer = makeClose({ ...common, scores: noScores, now: () => NOW * 1000 + 60_000 });
  const close = (event: unknown) => closer(event, { getRemainingTimeInMillis: () => 60_000 });
  const batch = makeBatch({
    ...common,
    blocks: memoryBlocks(histories),
    forecasts: memoryForecasts().store,
    breaches: memoryBreaches().store,
    events: memoryEvents().events,
    backend: backendOf(steadyForecaster),
    states: memoryStates().files,
    settings: memorySettings(),
    interventions: memoryInterventions().store,
    cadenceMinutes: 60,
    scorer: noScorer,
  });
  const tasks = {
    PlanForecastRunFunctionArn: plan,
    ForecastBatchFunctionArn: (event: unknown) => batch(event, { getRemainingTimeInMillis: () => 300_000 }),
    CloseForecastRunFunctionArn: close,
  };
  return { tasks, runs };
};

const failing = (error: () => Error) => async () => {
  throw error();
};

describe('forecast-fleet', () => {
  it('plans, forecasts every batch and closes the run', async () => {
    const { tasks, runs } = world();
    const done = await execute(definition, request, tasks);
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      output: { runId, status: 'SUCCEEDED', forecasts: 3 },
    });
    expect(done.trail).toEqual([
      'Has start time',
      'Plan run',
      'Forecast batches',
      ...Array(3).fill('Forecast batches/Forecast batch'),
      ...['Close run', 'Did all batches finish', 'Run closed'],
    ]);
    expect(runs.all()).toMatchObject([{ runId, status: 'SUCCEEDED', targets: 3, trigger: 'schedule' }]);
  });

  it('uses a given run ID', async () => {
    const { tasks, runs } = world(1);
    const chosen = '2026-11-21T10-04-00Z-0123abcd';
    await execute(definition, { ...request, runId: chosen, trigger: 'api' }, tasks);
    expect(runs.all()).toMatchObject([{ runId: chosen, trigger: 'api', status: 'SUCCEEDED' }]);
  });

  it('succeeds with nothing to forecast', async () => {
    const { tasks, runs } = world(0);
    expect(await execute(definition, request, tasks)).toMatchObject({ status: 'SUCCEEDED' });
    expect(runs.all()).toMatchObject([{ status: 'SUCCEEDED', targets: 0 }]);
  });

  it('ends as PARTIAL if one batch keeps failing, and forecasts the others', async () => {
    const { tasks, runs } = world();
    const flaky = async (event: { index: number }) => {
      if (event.index === 2) throw new DependencyUnavailableError('the table is throttled');
      return tasks.ForecastBatchFunctionArn(event);
    };
    const done = await execute(definition, request, { ...tasks, ForecastBatchFunctionArn: flaky });
    // A failed execution raises the alarm on runs, so that the owners of the targets in that batch are notified.
    expect(done).toMatchObject({ status: 'FAILED', error: 'ForecastRunPartial' });
    expect(done.trail.slice(-2)).toEqual(['Did all batches finish', 'Run partial']);
    expect(done.trail).toContain('Forecast batches/Batch lost');
    expect(done.waits).toEqual([5, 12.5, 31.25, 78.125, 195.3125, 300]);
    expect(runs.all()).toMatchObject([
      { status: 'PARTIAL', targets: 2, error: '1 of 3 batches did not finish' },
    ]);
  });

  it('recovers from a batch that fails once', async () => {
    const { tasks, runs } = world();
    let calls = 0;
    const once = async (event: unknown) => {
      calls++;
      if (calls === 1) throw new TaskError('Runtime.ExitError', 'out of memory');
      return tasks.ForecastBatchFunctionArn(event);
    };
    const done = await execute(definition, request, { ...tasks, ForecastBatchFunctionArn: once });
    expect(done).toMatchObject({ status: 'SUCCEEDED', waits: [5] });
    expect(runs.all()).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  it('never retries input that can never succeed', async () => {
    const { tasks, runs } = world(1);
    const invalid = failing(() => new InvalidInputError('not a batch'));
    const done = await execute(definition, request, { ...tasks, ForecastBatchFunctionArn: invalid });
    expect(done.waits).toEqual([]);
    expect(runs.all()).toMatchObject([{ status: 'FAILED' }]);
  });

  it('fails if every batch is lost: a failed run must not look like a successful execution', async () => {
    const { tasks, runs } = world();
    const down = failing(() => new TaskError('States.Timeout', ''));
    const done = await execute(definition, request, { ...tasks, ForecastBatchFunctionArn: down });
    expect(done).toMatchObject({ status: 'FAILED', error: 'ForecastRunFailed' });
    expect(done.trail.slice(-2)).toEqual(['Did all batches finish', 'Run failed']);
    expect(runs.all()).toMatchObject([{ status: 'FAILED', error: '3 of 3 batches did not finish' }]);
  });

  it('records why the plan failed, then fails', async () => {
    const { tasks, runs } = world();
    const down = failing(() => new DependencyUnavailableError('listing targets: throttled'));
    const done = await execute(definition, request, { ...tasks, PlanForecastRunFunctionArn: down });
    expect(done).toMatchObject({ status: 'FAILED', error: 'ForecastRunFailed' });
    expect(done.trail).toEqual(['Has start time', 'Plan run', 'Record failure', 'Run failed']);
    expect(runs.all()).toMatchObject([
      { runId, status: 'FAILED', error: 'DependencyUnavailableError: listing targets: throttled' },
    ]);
  });

  it('records a plan with an invalid answer', async () => {
    const { tasks, runs } = world();
    const done = await execute(definition, request, {
      ...tasks,
      PlanForecastRunFunctionArn: async () => ({}),
    });
    expect(done.trail).toEqual(['Has start time', 'Plan run', 'Record failure', 'Run failed']);
    expect(runs.all()[0]?.error).toMatch(/^States.QueryEvaluationError/);
  });

  it('records that the run could not be closed', async () => {
    const { tasks, runs } = world(1);
    const close = async (event: { error?: unknown }) => {
      if (event.error === undefined) throw new ConflictError('the results cannot be read');
      return tasks.CloseForecastRunFunctionArn(event);
    };
    const done = await execute(definition, request, { ...tasks, CloseForecastRunFunctionArn: close });
    expect(done.trail.slice(-3)).toEqual(['Close run', 'Record failure', 'Run failed']);
    expect(runs.all()).toMatchObject([
      { status: 'FAILED', error: 'ConflictError: the results cannot be read' },
    ]);
  });

  it('fails even if the failure cannot be recorded', async () => {
    const down = failing(() => new DependencyUnavailableError('down'));
    const tasks = { PlanForecastRunFunctionArn: down, CloseForecastRunFunctionArn: down };
    const done = await execute(definition, request, tasks);
    expect(done).toMatchObject({
      status: 'FAILED',
      trail: ['Has start time', 'Plan run', 'Record failure', 'Run failed'],
    });
  });

  it('waits for its start time, if it has one', async () => {
    const { tasks } = world();
    const startAt = new Date((NOW + 360) * 1000).toISOString();
    const later = await execute(definition, { ...request, startAt }, tasks);
    expect(later).toMatchObject({ status: 'SUCCEEDED', until: [startAt] });
    expect((await execute(definition, request, world().tasks)).until).toEqual([]);
  });
});
