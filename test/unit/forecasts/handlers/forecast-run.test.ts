import { describe, expect, it, vi } from 'vitest';
import { ensembleBackend } from '../../../../core/forecasts/ensemble-backend.ts';
import type { ForecastBackend } from '../../../../core/forecasts/ports.ts';
import { runIdOf } from '../../../../core/forecasts/run-id.ts';
import { DEFAULT_BUDGET } from '../../../../core/forecasts/runs/batch-budget.ts';
import { performanceFigures } from '../../../../core/models/performance/performance-figures.ts';
import { scoreKeeper } from '../../../../core/models/scoring/keep-scores.ts';
import { forecastScorer } from '../../../../core/models/scoring/score-batch.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { makeHandler as makeCloseHandler } from '../../../../functions/forecasts/close-forecast-run/handler.ts';
import { makeHandler as makeBatchHandler } from '../../../../functions/forecasts/forecast-batch/handler.ts';
import { makeHandler as makeList } from '../../../../functions/forecasts/list-tenants/handler.ts';
import {
  ACTIVE_SECONDS,
  makeHandler as makePlan,
} from '../../../../functions/forecasts/plan-forecast-run/handler.ts';
import {
  memoryBreaches,
  memoryFiles,
  memoryForecasts,
  memoryInterventions,
  memoryRuns,
  memoryStates,
} from '../../../fakes/forecasts.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memoryScores } from '../../../fakes/models.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';
import { backendOf, type Forecaster, steadyForecaster } from '../runs/steady-forecaster.ts';

const NOW = 1_795_255_500;
const requestedAt = new Date(NOW * 1000).toISOString();
const request = { tenantId: 'acme', trigger: 'schedule', requestedAt };
const runId = runIdOf({ tenantId: 'acme', trigger: 'schedule', requestedAt: NOW * 1000 });
const points = (value: number, lastAt = NOW) =>
  Array.from({ length: 4000 }, (_, i) => [lastAt - (3999 - i) * 300, value + (i % 2)] as const);

/** The batch function, which has five minutes. */
/** `msLeft` is read whenever the function asks. */
const makeClose = (deps: Parameters<typeof makeCloseHandler>[0], msLeft = () => 60_000) => {
  const handler = makeCloseHandler(deps);
  return (event: unknown) => handler(event, { getRemainingTimeInMillis: msLeft });
};

const makeBatch = (deps: Parameters<typeof makeBatchHandler>[0]) => {
  const handler = makeBatchHandler(deps);
  return (event: unknown) => handler(event, { getRemainingTimeInMillis: () => 300_000 });
};

/** A fleet and everything its run writes to. */
const world = (forecaster: Forecaster = steadyForecaster) => {
  const targets = [
    watched('hot'),
    watched('calm'),
    watched('silent', { lastSeen: NOW - 40_000 }),
    watched('gone', { lastSeen: NOW - ACTIVE_SECONDS - 1 }),
    watched('theirs', { tenantId: 'globex' }),
  ];
  const stores = {
    registry: memoryRegistry(targets),
    runs: memoryRuns(),
    files: memoryFiles(),
    states: memoryStates(),
    forecasts: memoryForecasts(),
    breaches: memoryBreaches(),
    events: memoryEvents(),
    settings: memorySettings(),
    interventions: memoryInterventions(),
    scores: memoryScores(),
    log: recordedTelemetry(),
  };
  const { telemetry } = stores.log;
  const blocks = memoryBlocks({
    'acme hot': { cpu_percent: points(95), late: points(3, NOW - 40_000) },
    'acme calm': { cpu_percent: points(20) },
    'acme silent': { cpu_percent: points(20, NOW - 40_000) },
  });
  const common = { registry: stores.registry, files: stores.files.files, telemetry };
  const batchDeps = {
    ...common,
    blocks,
    forecasts: stores.forecasts.store,
    breaches: stores.breaches.store,
    events: stores.events.events,
    backend: backendOf(forecaster),
    states: stores.states.files,
    settings: stores.settings,
    interventions: stores.interventions.store,
    scorer: forecastScorer({
      ...{ files: stores.files.files, scores: stores.scores.files },
      ...{ telemetry, cadenceMinutes: 60 },
    }),
    cadenceMinutes: 60,
  };
  const closeDeps = {
    runs: stores.runs.store,
    files: stores.files.files,
    scores: scoreKeeper({ scores: stores.scores.files, telemetry }),
    now: () => NOW * 1000 + 5000,
    telemetry,
  };
  return {
    ...stores,
    batchDeps,
    plan: makePlan({ ...common, runs: stores.runs.store, budget: DEFAULT_BUDGET }),
    batch: makeBatch(batchDeps),
    close: makeClose(closeDeps),
    closeDeps,
  };
};

describe('a scheduled forecast run', () => {
  it('is due for every tenant, with names that a redelivery repeats', async () => {
    const { registry, log } = world();
    const list = makeList({ registry, spreadSeconds: 0, telemetry: log.telemetry });
    const event = { input: { scheduledAt: requestedAt }, startedAt: '2026-11-21T23:00:00.000Z', after: '' };
    const first = await list(event);
    expect(first.runs).toEqual([
      { name: `acme-${runId}`, tenantId: 'acme', runId, requestedAt, startAt: requestedAt },
      expect.objectContaining({ tenantId: 'globex' }),
    ]);
    expect(await list({ ...event, startedAt: '2026-11-21T23:59:00.000Z' })).toEqual(first);
  });

  it('started manually is due at the start of the execution', async () => {
    const { registry, log } = world();
    const list = makeList({ registry, spreadSeconds: 0, telemetry: log.telemetry });
    for (const input of [{}, 'nothing', { scheduledAt: '<aws.scheduler.scheduled-time>' }]) {
      expect((await list({ input, startedAt: requestedAt, after: '' })).runs[0]).toMatchObject({
        requestedAt,
      });
    }
    await expect(list({ input: {} })).rejects.toThrow(InvalidInputError);
  });

  it('starts at a time of its own for each tenant, the same one every hour', async () => {
    const tenants = Array.from({ length: 300 }, (_, i) => `tenant-${i}`);
    const registry = memoryRegistry(tenants.map((tenantId) => watched('t', { tenantId })));
    const list = makeList({ registry, spreadSeconds: 600, telemetry: recordedTelemetry().telemetry });
    const delaysAt = async (startedAt: string) =>
      (await list({ input: {}, startedAt, after: '' })).runs.map(
        ({ startAt }) => (Date.parse(startAt) - Date.parse(startedAt)) / 1000,
      );
    const delays = await delaysAt('2026-11-21T10:05:00.000Z');
    expect(await delaysAt('2026-11-21T11:05:00.000Z')).toEqual(delays);
    for (let minute = 0; minute < 10; minute++) {
      const started = delays.filter((delay) => Math.floor(delay / 60) === minute).length;
      expect(started).toBeGreaterThan(15);
      expect(started).toBeLessThan(45);
    }
  });

  it('is recorded as running and split into batches of active targets, by key', async () => {
    const { plan, runs, files } = world();
    const planned = await plan(request);
    expect(planned).toEqual({
      ...{ tenantId: 'acme', runId, trigger: 'schedule', batchCount: 1 },
      batches: [{ index: 1, batchKey: `runs/tenant=acme/${runId}/batches/0001.json` }],
    });
    expect(files.objects.get(planned.batches[0]!.batchKey)).toEqual(['hot', 'calm', 'silent']);
    expect(runs.all()).toMatchObject([{ runId, status: 'RUNNING', startedAt: NOW * 1000 }]);
  });

  it('keeps the record that the caller created, and rejects malformed input', async () => {
    const { plan, runs } = world();
    await runs.store.begin({ ...(await begun(plan, runs)), trigger: 'api' });
    expect(runs.all()).toHaveLength(1);
    await expect(plan({ tenantId: 'acme' })).rejects.toThrow(InvalidInputError);
    await expect(plan({ ...request, tenantId: 'NOT A TENANT' })).rejects.toThrow(/tenantId/);
  });

  it('forecasts, stores, archives, announces and reports', async () => {
    const { plan, batch, close, forecasts, breaches, events, files, runs, log } = world();
    const planned = await plan(request);
    const counts = await batch({ tenantId: 'acme', runId, ...planned.batches[0] });
    expect(counts).toEqual({
      index: 1,
      targets: 3,
      series: 4,
      forecasts: 2,
      breaches: 1,
      failed: 2,
      deferred: 0,
    });
    expect(
      forecasts.all().map(({ forecast, expiresAt }) => [forecast.targetId, forecast.issuedAt, expiresAt]),
    ).toEqual([
      ['hot', NOW * 1000, NOW + 86_400],
      ['calm', NOW * 1000, NOW + 86_400],
    ]);
    expect(breaches.all()).toMatchObject([{ targetId: 'hot', metric: 'cpu_percent' }]);
    expect(breaches.lifetimes[0]).toEqual({ listedUntil: NOW + 7200, expiresAt: NOW + 6 * 3600 });
    expect(events.published.map(({ name }) => name)).toEqual(['ForecastPublished', 'BreachPredicted']);
    expect([...files.objects.keys()].at(-1)).toBe(`runs/tenant=acme/${runId}/results/0001.json`);
    expect(log.counts).toMatchObject({ ForecastProduced: 2, BreachListed: 1, SeriesFailed: 2 });

    const closed = await close({ tenantId: 'acme', runId, trigger: 'schedule', batchCount: 1 });
    expect(closed).toMatchObject({ status: 'SUCCEEDED', forecasts: 2 });
    expect(runs.all()[0]).toMatchObject({
      ...{ status: 'SUCCEEDED', targets: 3, series: 4, failed: 2, finishedAt: NOW * 1000 + 5000 },
      failures: [
        { targetId: 'hot', metric: 'late', reason: expect.stringContaining('no data since') },
        { targetId: 'silent', metric: 'cpu_percent', reason: expect.stringContaining('no data since') },
      ],
    });
  });

  it('writes the same if a batch is repeated', async () => {
    const { plan, batch, forecasts, breaches, files, events } = world();
    const planned = await plan(request);
    const input = { tenantId: 'acme', runId, ...planned.batches[0] };
    const state = () => structuredClone([forecasts.all(), breaches.all(), [...files.objects]]);
    await batch(input);
    const once = state();
    await batch(input);
    expect(state()).toEqual(once);
    expect(new Set(events.published.map(({ detail }) => detail.id)).size).toBe(events.published.length / 2);
  });
});

describe('warnings from run to run', () => {
  /** Runs of one batch with one target, whose cpu_percent of each hour is given; undefined if nothing is sent. */
  const runsOf = () => {
    const { batchDeps, files, forecasts, breaches, events } = world();
    const at = async (hour: number, value: number | undefined) => {
      const now = NOW + hour * 3600;
      const id = runIdOf({ tenantId: 'acme', trigger: 'schedule', requestedAt: now * 1000 });
      const sent = value === undefined ? points(20, NOW - 40_000) : points(value, now);
      const blocks = memoryBlocks({ 'acme hot': { cpu_percent: sent } });
      const batchKey = await files.files.writeBatch('acme', id, 1, ['hot']);
      const earlier = events.published.length;
      await makeBatch({ ...batchDeps, blocks })({ tenantId: 'acme', runId: id, index: 1, batchKey });
      return events.published
        .slice(earlier)
        .filter(({ name }) => name !== 'ForecastPublished')
        .map(({ name, detail }) => `${name} ${'reason' in detail ? detail.reason : ''}`.trim());
    };
    const severity = () => breaches.all()[0]?.breach.severity;
    const forecastSeverity = () => forecasts.all()[0]?.forecast.metrics[0]?.breach?.severity;
    return { at, breaches, severity, forecastSeverity };
  };

  it('are announced when they are raised and when they end, and stand in between', async () => {
    const { at, breaches, severity, forecastSeverity } = runsOf();
    expect(await at(0, 95)).toEqual(['BreachPredicted raised']);
    expect(await at(1, 95)).toEqual([]);
    expect(await at(2, 20)).toEqual([]);
    expect([severity(), forecastSeverity()]).toEqual(['critical', 'critical']);
    expect(breaches.all()[0]?.warning?.since).toBe(NOW * 1000);
    expect(await at(3, 20)).toEqual(['BreachCleared']);
    expect([severity(), forecastSeverity()]).toEqual(['info', 'info']);
    expect(await at(4, 20)).toEqual([]);
    expect(breaches.all()).toEqual([]);
  });

  it('say why, in what is stored and announced', async () => {
    const { batchDeps, files, breaches, events } = world();
    await files.files.writeBatch('acme', runId, 1, ['hot']);
    const climbing = Array.from(
      { length: 4000 },
      (_, i) => [NOW - (3999 - i) * 300, 40 + ((i * 7) % 5) / 10 + Math.max(0, 0.6 * (i - 3939))] as const,
    );
    const blocks = memoryBlocks({ 'acme hot': { cpu_percent: climbing } });
    const batchKey = `runs/tenant=acme/${runId}/batches/0001.json`;
    const deps = { ...batchDeps, blocks, backend: ensembleBackend };
    await makeBatch(deps)({ tenantId: 'acme', runId, index: 1, batchKey });
    const explanation = breaches.all()[0]?.explanation;
    expect(explanation).toMatchObject({ issuedAt: NOW * 1000 });
    expect(explanation?.reasons[0]).toMatchObject({ kind: 'recent-climb', share: 98 });
    expect(explanation?.counterfactual).toMatch(/^With (at least )?\d+ % more capacity/);
    const { reasons, counterfactual } = explanation!;
    expect(events.published).toContainEqual(
      expect.objectContaining({
        ...{ name: 'BreachPredicted', detail: expect.objectContaining({ reasons, counterfactual }) },
      }),
    );
  });

  it('do not end because points or runs are missing', async () => {
    const { at, breaches } = runsOf();
    await at(0, 95);
    expect(await at(1, undefined)).toEqual([]);
    expect(breaches.all()).toHaveLength(1);
    expect(await at(5, 95)).toEqual([]);
    expect(breaches.all()[0]?.warning?.since).toBe(NOW * 1000);
    expect(await at(12, 95)).toEqual(['BreachPredicted raised']);
  });

  it('are announced again by a repeated run, and neither changed nor announced by an older one', async () => {
    const { at, breaches } = runsOf();
    await at(3, 20);
    expect(await at(2, 95)).toEqual([]);
    expect(breaches.all()).toEqual([]);
    expect(await at(4, 95)).toEqual(['BreachPredicted raised']);
    const stored = structuredClone(breaches.all());
    expect(await at(4, 95)).toEqual(['BreachPredicted raised']);
    expect(breaches.all()).toEqual(stored);
  });
});

describe('the states that runs learn', () => {
  /** Runs of the same batch, each some hours after the first one. */
  const runsOf = (states = memoryStates()) => {
    const { batchDeps, files, log, forecasts } = world();
    const backend: ForecastBackend = {
      name: 'resuming',
      forecast: async (requests) => {
        const results = await ensembleBackend.forecast(requests.filter(({ state }) => state === undefined));
        const learned = new Map(results.map((result) => [result.itemId, result]));
        return requests.map(({ itemId, state, ...asked }) => {
          const result = { itemId, forecast: steadyForecaster(asked) };
          return state === undefined
            ? { ...learned.get(itemId), ...result, start: 'scratch' }
            : { ...result, state, start: 'resumed' };
        });
      },
    };
    const batch = makeBatch({ ...batchDeps, backend, states: states.files });
    const at = async (minutes: number) => {
      const later = runIdOf({ tenantId: 'acme', trigger: 'api', requestedAt: (NOW + 60 * minutes) * 1000 });
      const batchKey = await files.files.writeBatch('acme', later, 1, ['hot', 'calm']);
      await batch({ tenantId: 'acme', runId: later, index: 1, batchKey });
    };
    return { at, states, log, forecasts };
  };

  it('are stored in one object per batch, and the next run starts from it', async () => {
    const { at, states, log } = runsOf();
    await at(0);
    expect(log.counts).toMatchObject({ SeriesLearned: 2, SeriesResumed: 0 });
    expect([...states.objects.keys()]).toEqual(['acme 1']);
    await at(4);
    expect(log.counts).toMatchObject({ SeriesLearned: 2, SeriesResumed: 2 });
    // Nothing new was learned: the object is as the first run wrote it.
    expect(states.objects.get('acme 1')?.version).toBe('1');
  });

  it('is not replaced by an older run', async () => {
    const { at, states, log } = runsOf();
    await at(4);
    await at(0);
    expect(states.objects.get('acme 1')?.version).toBe('1');
    expect(log.counts).toMatchObject({ SeriesLearned: 4, SeriesResumed: 0 });
  });

  it('is skipped if it is damaged, and re-learned', async () => {
    const states = memoryStates();
    await states.files.replace('acme', 1, Uint8Array.of(7, 7, 7), undefined);
    const { at, log } = runsOf(states);
    await at(0);
    expect(log.counts).toMatchObject({ StatesUnreadable: 1, SeriesLearned: 2, ForecastProduced: 2 });
    expect(states.objects.get('acme 1')?.version).toBe('2');
  });

  it('does not prevent forecasts if it can neither be read nor stored', async () => {
    const down = async () => {
      throw new DependencyUnavailableError('the bucket is down');
    };
    const { at, log, forecasts } = runsOf({ ...memoryStates(), files: { read: down, replace: down } });
    await at(0);
    expect(log.counts).toMatchObject({ StatesUnreadable: 1, StatesNotKept: 1, ForecastProduced: 2 });
    expect(forecasts.all()).toHaveLength(2);
  });

  it('yields to a writer that was first', async () => {
    const states = memoryStates();
    const { at, log } = runsOf({ ...states, files: { ...states.files, replace: async () => false } });
    await at(0);
    expect(log.counts).toMatchObject({ StatesNotKept: 1, ForecastProduced: 2 });
  });
});

const begun = async (plan: (event: unknown) => Promise<unknown>, runs: ReturnType<typeof memoryRuns>) => {
  await plan(request);
  const [run] = runs.all();
  if (run === undefined) throw new Error('no run was begun');
  return run;
};

describe('errors in a batch', () => {
  const input = {
    tenantId: 'acme',
    runId,
    index: 1,
    batchKey: `runs/tenant=acme/${runId}/batches/0001.json`,
  };

  it('publishes nothing before the state is written', async () => {
    const { batchDeps, files, events } = world();
    await files.files.writeBatch('acme', runId, 1, ['hot']);
    const down = async () => {
      throw new DependencyUnavailableError('the table is throttled');
    };
    const batch = makeBatch({ ...batchDeps, forecasts: { put: down } });
    await expect(batch(input)).rejects.toThrow(DependencyUnavailableError);
    expect(events.published).toEqual([]);
    expect([...files.objects.keys()]).toEqual([input.batchKey]);
  });

  it('stores no result if the events could not be published, so that a retry publishes them', async () => {
    const { batchDeps, files } = world();
    await files.files.writeBatch('acme', runId, 1, ['hot']);
    const publish = async () => {
      throw new DependencyUnavailableError('the bus rejected 1 events');
    };
    await expect(makeBatch({ ...batchDeps, events: { publish } })(input)).rejects.toThrow(/rejected/);
    expect(await files.files.readResults('acme', runId)).toEqual([]);
  });

  it('reports unknown targets and damaged blocks, and forecasts the rest', async () => {
    const { batchDeps, files } = world();
    await files.files.writeBatch('acme', runId, 1, ['nowhere', 'damaged', 'hot']);
    const { blocks } = batchDeps;
    const readRange: typeof blocks.readRange = async (tenantId, targetId, from, to) =>
      targetId === 'damaged'
        ? [{ key: { tenantId, targetId, hour: from }, bytes: Uint8Array.of(250, 1), version: 1 }]
        : blocks.readRange(tenantId, targetId, from, to);
    const registry = memoryRegistry([watched('damaged'), watched('hot')]);
    const batch = makeBatch({ ...batchDeps, registry, blocks: { readRange } });
    expect(await batch(input)).toMatchObject({ targets: 3, forecasts: 1, failed: 3 });
    const [result] = await files.files.readResults('acme', runId);
    expect(result?.failures.map(({ targetId, metric }) => [targetId, metric])).toEqual([
      ['nowhere', undefined],
      ['damaged', undefined],
      ['hot', 'late'],
    ]);
  });

  const refusal = new InvalidInputError('One or more parameter values were invalid: range keys');
  it.each([
    ['its stored target cannot be read', 'registry', new UnreadableItemError('target calm', 'it is damaged')],
    ['its blocks cannot be read', 'blocks', new UnreadableItemError('block calm', 'it is damaged')],
    ['its forecast is refused for good', 'forecasts', refusal],
    ['its breaches are refused for good', 'breaches', refusal],
    ['an error in the code meets it', 'blocks', new TypeError('x is not a function')],
  ])('fails one target alone if %s', async (_, broken, error) => {
    const { batchDeps, files, forecasts, log } = world();
    await files.files.writeBatch('acme', runId, 1, ['calm', 'hot']);
    const failing =
      (store: string, call: (...args: never[]) => Promise<unknown>) =>
      (...args: unknown[]) => {
        const isCalm = args.some((arg) => JSON.stringify(arg).includes('calm'));
        return broken === store && isCalm ? Promise.reject(error) : call(...(args as never[]));
      };
    const batch = makeBatch({
      ...batchDeps,
      registry: { get: failing('registry', batchDeps.registry.get) as typeof batchDeps.registry.get },
      blocks: {
        readRange: failing('blocks', batchDeps.blocks.readRange) as typeof batchDeps.blocks.readRange,
      },
      forecasts: { put: failing('forecasts', batchDeps.forecasts.put) as typeof batchDeps.forecasts.put },
      breaches: {
        ...batchDeps.breaches,
        change: failing('breaches', batchDeps.breaches.change) as typeof batchDeps.breaches.change,
      },
    });
    expect(await batch(input)).toMatchObject({ targets: 2, forecasts: 1 });
    const [result] = await files.files.readResults('acme', runId);
    expect(result?.failures.map(({ targetId, metric }) => [targetId, metric])).toEqual([
      ['calm', undefined],
      ['hot', 'late'],
    ]);
    expect(forecasts.all().map(({ forecast }) => forecast.targetId)).toContain('hot');
    expect(log.counts.SeriesFailed).toBe(2);
  });

  it('knows what was done about a target within its history', async () => {
    const { interventions, batchDeps, plan } = world();
    const asked = new Map<string, readonly number[] | undefined>();
    const backend: ForecastBackend = {
      ...batchDeps.backend,
      forecast: (requests) => {
        for (const one of requests) asked.set(one.itemId, one.interventions);
        return batchDeps.backend.forecast(requests);
      },
    };
    const done = { tenantId: 'acme', targetIds: ['hot', 'gone'] };
    await interventions.store.put({ ...done, id: 'r-1', at: NOW - 14 * 86_400 });
    await interventions.store.put({ ...done, id: 'r-2', at: NOW - 60 });
    await interventions.store.put({ ...done, id: 'r-3', at: NOW - 14 * 86_400 - 1 });
    await interventions.store.put({ ...done, tenantId: 'globex', id: 'r-4', at: NOW - 60 });
    await plan(request);
    await makeBatch({ ...batchDeps, backend })(input);
    expect(asked.get('hot/cpu_percent')).toEqual([NOW - 60, NOW - 14 * 86_400]);
    expect(asked.has('calm/cpu_percent')).toBe(true);
    expect(asked.get('calm/cpu_percent')).toBeUndefined();
  });

  it('forecasts without what was done if that cannot be read', async () => {
    const { batchDeps, plan, log } = world();
    const since = () => Promise.reject(new DependencyUnavailableError('throttled'));
    await plan(request);
    expect(await makeBatch({ ...batchDeps, interventions: { since } })(input)).toMatchObject({
      forecasts: 2,
    });
    expect(log.counts.InterventionsUnknown).toBe(1);
  });

  it('forecasts with default settings if the stored ones cannot be read', async () => {
    const { batchDeps, files, log } = world();
    await files.files.writeBatch('acme', runId, 1, ['hot']);
    const settings = { get: () => Promise.reject(new UnreadableItemError('settings acme', 'it is damaged')) };
    expect(await makeBatch({ ...batchDeps, settings })(input)).toMatchObject({ forecasts: 1 });
    expect(log.counts.ItemUnreadable).toBe(1);
    const unavailable = { get: () => Promise.reject(new DependencyUnavailableError('throttled')) };
    await expect(makeBatch({ ...batchDeps, settings: unavailable })(input)).rejects.toThrow('throttled');
  });

  it("compares forecasts with the tenant's own thresholds, if there are any", async () => {
    const { batchDeps, plan, forecasts } = world();
    const settings = Settings.parse({
      version: 1,
      thresholds: [{ target: 'calm', metric: 'cpu_percent', above: 10 }],
    });
    const batch = makeBatch({ ...batchDeps, settings: memorySettings({ acme: settings }) });
    const planned = await plan(request);
    await batch({ ...planned.batches[0], tenantId: 'acme', runId });
    const thresholdOf = (targetId: string) =>
      forecasts.all().find(({ forecast }) => forecast.targetId === targetId)?.forecast.metrics[0]?.threshold;
    expect(thresholdOf('calm')).toEqual({ direction: 'above', limit: 10, source: 'fixed' });
    expect(thresholdOf('hot')).toMatchObject({ limit: 80 });
  });

  it("passes on the moves of the clocks in the tenant's time zone, if there are any", async () => {
    const { batchDeps, files } = world();
    const backend = { ...batchDeps.backend, forecast: vi.fn(batchDeps.backend.forecast) };
    const runAt = async (time: string, timeZone: string) => {
      const at = Date.parse(time);
      const id = runIdOf({ tenantId: 'acme', trigger: 'schedule', requestedAt: at });
      const batchKey = await files.files.writeBatch('acme', id, 1, ['hot']);
      const settings = memorySettings({ acme: Settings.parse({ version: 1, timeZone }) });
      const blocks = memoryBlocks({ 'acme hot': { cpu_percent: points(20, at / 1000) } });
      await makeBatch({ ...batchDeps, settings, blocks, backend })({ ...input, runId: id, batchKey });
      return backend.forecast.mock.lastCall![0][0]!.clockMoves;
    };
    const move = { at: Date.parse('2026-11-01T06:00:00Z') / 1000, forward: -3600 };
    expect(await runAt('2026-11-01T03:00:00Z', 'America/New_York')).toEqual([move]);
    expect(await runAt('2026-11-14T06:00:00Z', 'America/New_York')).toEqual([move]);
    expect(await runAt('2026-11-16T06:00:00Z', 'America/New_York')).toBeUndefined();
    expect(await runAt('2026-11-02T06:00:00Z', 'Asia/Kolkata')).toBeUndefined();
  });

  it('logs an error of the backend and continues', async () => {
    const { batch, files, log } = world(() => {
      throw new TypeError('a bug');
    });
    await files.files.writeBatch('acme', runId, 1, ['hot', 'calm']);
    expect(await batch(input)).toMatchObject({ forecasts: 0, failed: 3 });
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ fields }) => fields.seriesId)).toEqual(['hot/cpu_percent', 'calm/cpu_percent']);
    expect(errors[0]?.cause).toBeInstanceOf(TypeError);
  });

  it('reads only batches of its own run and tenant', async () => {
    const { batch } = world();
    const foreign = { ...input, batchKey: `runs/tenant=globex/${runId}/batches/0001.json` };
    await expect(batch(foreign)).rejects.toThrow(InvalidInputError);
    await expect(batch(input)).rejects.toThrow(/object \S+ does not exist/);
    await expect(batch({})).rejects.toThrow(InvalidInputError);
  });
});

describe('closing a run', () => {
  const ended = { tenantId: 'acme', runId, trigger: 'schedule', batchCount: 2 };

  it('is partial if a batch was lost, and failed if all were', async () => {
    const { plan, batch, close, runs } = world();
    const planned = await plan(request);
    expect(await close(ended)).toMatchObject({ status: 'FAILED' });
    await batch({ tenantId: 'acme', runId, ...planned.batches[0] });
    expect(await close(ended)).toMatchObject({ status: 'PARTIAL', forecasts: 2 });
    expect(runs.all()[0]).toMatchObject({ error: '1 of 2 batches did not finish' });
  });

  it('records a run whose record was never begun', async () => {
    const { close, runs } = world();
    await close({ ...ended, batchCount: 0 });
    expect(runs.all()).toMatchObject([{ runId, status: 'SUCCEEDED', startedAt: NOW * 1000 }]);
  });

  it('records why a workflow failed, even before the run was recorded', async () => {
    const { close, runs, log } = world();
    const Cause = JSON.stringify({ errorMessage: 'the table is down', trace: ['at plan'] });
    const failed = { input: request, error: { Error: 'DependencyUnavailableError', Cause } };
    expect(await close(failed)).toMatchObject({ runId, status: 'FAILED' });
    expect(runs.all()).toMatchObject([{ runId, error: 'DependencyUnavailableError: the table is down' }]);
    expect(log.counts).toEqual({ RunFailed: 1 });
  });

  it('rejects what is neither', async () => {
    await expect(world().close({ tenantId: 'acme' })).rejects.toThrow(InvalidInputError);
  });
});

describe('the scores of forecasts', () => {
  /** Runs of one batch, some hours after the first one; values grow by 10 an hour from the first run on. */
  const runsOf = () => {
    const { batchDeps, closeDeps, files, scores, log } = world();
    const time = { left: 60_000 };
    const close = makeClose(closeDeps, () => time.left);
    const at = async (hour: number, trigger: 'schedule' | 'api' = 'schedule') => {
      const now = NOW + hour * 3600;
      const id = runIdOf({ tenantId: 'acme', trigger, requestedAt: now * 1000 });
      const sent = points(20, now).map(
        ([time, value]) => [time, value + Math.max(0, time - NOW) / 360] as const,
      );
      const batchKey = await files.files.writeBatch('acme', id, 1, ['hot']);
      const batch = makeBatch({
        ...batchDeps,
        blocks: memoryBlocks({ 'acme hot': { 'cpu_percent{cpu="0"}': sent } }),
      });
      await batch({ tenantId: 'acme', runId: id, index: 1, batchKey });
      await close({ tenantId: 'acme', runId: id, trigger, batchCount: 1 });
      return id;
    };
    return { at, scores, files, time, log };
  };

  it('are added to their day once the horizon has been observed', async () => {
    const { at, scores } = runsOf();
    const issued = await at(0);
    await at(8);
    expect(scores.days()).toEqual([]);
    await at(9);
    const [day] = scores.days();
    expect(day).toMatchObject({
      ...{ day: '2026-11-21', runs: [issued] },
      rows: [{ profile: 'web', metric: 'cpu_percent' }],
      series: [{ targetId: 'hot', metric: 'cpu_percent{cpu="0"}', steps: 96 }],
    });
    const figures = performanceFigures(day!.rows[0]!.sums);
    expect(figures.all).toMatchObject({ forecasts: 1, steps: 96 });
    expect(figures.byAge.map(({ steps }) => steps)).toEqual([12, 36, 48]);
    // The values outran the steady forecast, more so the further ahead.
    const biases = figures.byAge.map(({ bias }) => bias!);
    expect(biases[0]).toBeLessThan(0);
    expect(biases[2]).toBeLessThan(biases[1]!);
  });

  it('count each forecast once, although batches and runs are repeated', async () => {
    const { at, scores } = runsOf();
    await at(0);
    await at(9);
    const once = structuredClone(scores.days());
    await at(9);
    expect(scores.days()).toEqual(once);
    const next = await at(1);
    await at(10);
    expect(scores.days()[0]!.runs).toEqual([...once[0]!.runs, next]);
    expect(performanceFigures(scores.days()[0]!.rows[0]!.sums).all.forecasts).toBe(2);
  });

  it('are not those of runs that callers request, which score nothing either', async () => {
    const { at, scores } = runsOf();
    await at(0, 'api');
    await at(9);
    await at(18, 'api');
    expect(scores.days()).toEqual([]);
  });

  it('are worth less than forecasts: runs succeed without them, and say so', async () => {
    const { at, scores, files, log } = runsOf();
    await at(0);
    const lost = async () => {
      throw new DependencyUnavailableError('S3 is down');
    };
    files.files.readForecasts = lost;
    await at(9);
    expect(log.counts.ForecastsNotScored).toBe(1);
    expect(scores.days()).toEqual([]);
  });

  it('are lost with their run if the store is down at its end', async () => {
    const { at, scores, log } = runsOf();
    await at(0);
    scores.files.replaceDay = async () => false;
    await at(9);
    expect(log.counts).toMatchObject({ ForecastScored: 1, ScoresNotKept: 1, RunSucceeded: 2 });
    scores.files.writeBatch = async () => {
      throw new DependencyUnavailableError('S3 is down');
    };
    await at(1);
    await at(10);
    expect(log.counts).toMatchObject({ ForecastsNotScored: 1, RunSucceeded: 4 });
  });

  it('are left out if they cannot be added up, and their batch succeeds', async () => {
    const { at, scores, files, log } = runsOf();
    await at(0);
    const read = files.files.readForecasts;
    files.files.readForecasts = async (...of) =>
      (await read(...of)).flatMap((one) => [
        one,
        { ...one, quantileLevels: one.quantileLevels.slice(1, -1), quantiles: one.quantiles.slice(1, -1) },
      ]);
    await at(9);
    expect(log.counts).toMatchObject({ ForecastsNotScored: 1, RunSucceeded: 2 });
    expect(scores.days()).toEqual([]);
  });

  it('are lost if closing a run takes so long that the function might be stopped, and the run succeeds', async () => {
    const { at, scores, time, log } = runsOf();
    await at(0);
    time.left = 29_000;
    await at(9);
    expect(log.counts).toMatchObject({ ForecastScored: 1, ScoresNotKept: 1, RunSucceeded: 2 });
    expect(scores.days()).toEqual([]);
  });

  it('leave out a forecast that cannot be scored', async () => {
    const { at, scores, files, log } = runsOf();
    await at(0);
    const read = files.files.readForecasts;
    files.files.readForecasts = async (...of) =>
      (await read(...of)).map((one) => ({ ...one, quantiles: [] }));
    await at(9);
    expect(log.counts.ForecastsNotScored).toBe(1);
    expect(scores.days()[0]).toMatchObject({ rows: [], series: [] });
  });
});
