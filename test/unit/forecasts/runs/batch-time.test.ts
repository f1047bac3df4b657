/** Batches that take longer than planned: targets that send every second, or a slow table. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runIdOf } from '../../../../core/forecasts/run-id.ts';
import { groupOrder } from '../../../../core/forecasts/runs/batch-time.ts';
import { trackStates } from '../../../../core/forecasts/runs/track-states.ts';
import { makeHandler as makeClose } from '../../../../functions/forecasts/close-forecast-run/handler.ts';
import { makeHandler } from '../../../../functions/forecasts/forecast-batch/handler.ts';
import {
  memoryBreaches,
  memoryFiles,
  memoryForecasts,
  memoryInterventions,
  memoryRuns,
  memoryStates,
  noScorer,
  noScores,
} from '../../../fakes/forecasts.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';
import { backendOf, steadyForecaster } from './steady-forecaster.ts';

const NOW = 1_795_255_500;
const LIMIT_MS = 300_000;
const TARGETS = Array.from({ length: 40 }, (_, i) => `t-${i}`);

/** One batch of 40 targets, of which each takes `secondsEach` to read. */
const world = (secondsEach: number) => {
  const { telemetry, counts } = recordedTelemetry();
  const [files, runs, forecasts, states] = [memoryFiles(), memoryRuns(), memoryForecasts(), memoryStates()];
  const points = Array.from({ length: 60 }, (_, i) => [NOW - 300 * (59 - i), 50] as const);
  const stored = memoryBlocks(
    Object.fromEntries(TARGETS.map((id) => [`acme ${id}`, { cpu_percent: points }])),
  );
  const clock = { ms: 0 };
  const readRange: typeof stored.readRange = (...range) => {
    clock.ms += secondsEach * 500; // Each history is read in two parts.
    return stored.readRange(...range);
  };
  const batch = makeHandler({
    registry: memoryRegistry(TARGETS.map((id) => watched(id))),
    blocks: { readRange },
    forecasts: forecasts.store,
    breaches: memoryBreaches().store,
    events: memoryEvents().events,
    ...{ files: files.files, states: states.files, backend: backendOf(steadyForecaster) },
    ...{
      settings: memorySettings(),
      interventions: memoryInterventions().store,
      cadenceMinutes: 60,
      scorer: noScorer,
      telemetry,
    },
  });
  const close = makeClose({
    ...{ runs: runs.store, files: files.files, scores: noScores },
    now: () => NOW * 1000,
    telemetry,
  });
  const runAt = async (hour: number) => {
    const runId = runIdOf({ tenantId: 'acme', trigger: 'schedule', requestedAt: (NOW + hour * 3600) * 1000 });
    const batchKey = await files.files.writeBatch('acme', runId, 1, TARGETS);
    clock.ms = 0;
    const context = { getRemainingTimeInMillis: () => LIMIT_MS - clock.ms };
    const result = await batch({ tenantId: 'acme', runId, index: 1, batchKey }, context);
    const took = clock.ms;
    await close({ tenantId: 'acme', runId, trigger: 'schedule', batchCount: 1 }, context);
    const run = runs.all().find((each) => each.runId === runId)!;
    return { result, run, took };
  };
  return { runAt, forecasts, counts };
};

describe('a batch of targets that take far longer than planned', () => {
  it('ends before its function is stopped, and says which targets it had no time for', async () => {
    const { runAt, forecasts, counts } = world(10);
    const { result, run, took } = await runAt(0);
    expect(took).toBeLessThan(LIMIT_MS);
    expect(result.forecasts).toBeGreaterThan(8);
    expect(result).toMatchObject({ targets: 40, deferred: 40 - result.forecasts });
    expect(forecasts.all()).toHaveLength(result.forecasts);
    expect(counts).toMatchObject({ TargetsDeferred: result.deferred });
    expect(run).toMatchObject({
      status: 'PARTIAL',
      error: `${result.deferred} targets were not forecast: their batches ran out of time`,
    });
    expect(run.failures[0]?.reason).toContain('ran out of time');
  });

  it('reaches every target within a few runs', async () => {
    const { runAt, forecasts } = world(10);
    for (let hour = 0; hour < 6; hour++) await runAt(hour);
    expect(forecasts.all()).toHaveLength(40);
  });

  it('is complete if it is as fast as planned', async () => {
    const { run, result } = await world(0.1).runAt(0);
    expect(result).toMatchObject({ forecasts: 40, deferred: 0 });
    expect(run).toMatchObject({ status: 'SUCCEEDED', error: undefined });
  });
});

describe('the order of groups', () => {
  it('holds each group once, and is the same for a repeated run', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 1440 }),
        (groups, minute, cadence) => {
          const order = groupOrder(groups, minute * 60_000, cadence);
          expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: groups }, (_, i) => i));
          expect(groupOrder(groups, minute * 60_000, cadence)).toEqual(order);
        },
      ),
    );
  });
});

describe('learned states', () => {
  it('of targets without time are kept beside those that were learned', () => {
    const known = new Map([['late', new Map([['cpu', 'old']])]]);
    const tracker = trackStates({ issuedAt: 1, states: known }, 2);
    tracker.keep('late');
    tracker.keep('unknown');
    const forecast = steadyForecaster({
      history: { start: 0, stepSeconds: 300, values: Float64Array.of(1) },
      horizon: 2,
    });
    tracker.record(
      { targetId: 'new', metric: 'cpu' },
      { itemId: 'i', start: 'scratch', state: 'new', forecast },
    );
    const stored = tracker.toStore()!.states;
    expect([...stored.keys()].sort()).toEqual(['late', 'new']);
    expect(stored.get('late')?.get('cpu')).toBe('old');
  });
});
