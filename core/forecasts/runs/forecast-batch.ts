import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { ForestallError, InvalidInputError, isWorthRetrying } from '../../shared/errors.ts';
import { chunksOf, inParallel } from '../../shared/in-parallel.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import { type ClockMove, clockMoves } from '../../shared/time-zone.ts';
import type { BatchResult } from '../forecast-run.ts';
import { batchFileKey } from '../object-keys.ts';
import type {
  BatchScorer,
  BreachStore,
  ForecastBackend,
  ForecastScorer,
  ForecastStore,
  InterventionStore,
  RunFiles,
} from '../ports.ts';
import { runRequestedAt } from '../run-id.ts';
import { HORIZON_SECONDS } from '../target-forecast.ts';
import { announceBatch } from './announce-batch.ts';
import { reportBatch, resultOf } from './batch-report.ts';
import { groupOrder, hasTimeFor, type TimeLeft } from './batch-time.ts';
import { type ExplanationBudget, explainWarnings, MAX_EXPLANATIONS } from './explain-warnings.ts';
import {
  type ForecastTask,
  forecastTargets,
  outcomeWithout,
  type TargetHistories,
  type TargetOutcome,
} from './forecast-targets.ts';
import { knownInterventions } from './known-interventions.ts';
import { HISTORY_SECONDS } from './prepare-series.ts';
import { changesOf, settleWarnings } from './settle-warnings.ts';
import { loadStates, type StateDeps, storeStates } from './stored-states.ts';

export interface ForecastBatchDeps extends StateDeps {
  readonly backend: ForecastBackend;
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly forecasts: Pick<ForecastStore, 'put'>;
  readonly breaches: Pick<BreachStore, 'stored' | 'change'>;
  readonly files: Pick<RunFiles, 'readBatch' | 'archiveForecasts' | 'writeResult'>;
  readonly events: EventPublisher;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly interventions: Pick<InterventionStore, 'since'>;
  readonly scorer: ForecastScorer;
  /** Minutes between scheduled runs. */
  readonly cadenceMinutes: number;
}

export interface BatchInput {
  readonly tenantId: string;
  readonly runId: string;
  readonly index: number;
  readonly batchKey: string;
  /** Milliseconds until the function is stopped. */
  readonly timeLeft: TimeLeft;
}

/** Targets whose series go to the backend in one call. */
const TARGETS_PER_CALL = 4;
/** Calls at once: while one computes, the next one reads its histories. Bounds the histories in memory. */
const CALLS_AT_ONCE = 2;
/** A forecast expires when the time that it covers has passed. */
const FORECAST_TTL_SECONDS = DAY_SECONDS;
/** Predicted breaches are listed although one run is missing, and their warnings continue although five are. */
const LISTED_RUNS = 2;
const REMEMBERED_RUNS = 6;

/** The outcome of a target that fails the same way each time; failures that may pass fail the batch, which is retried. */
const outcomeOfFailure = (
  target: { readonly tenantId: string; readonly targetId: string },
  task: ForecastTask,
  thrown: unknown,
): TargetOutcome => {
  if (isWorthRetrying(thrown)) throw thrown;
  if (thrown instanceof ForestallError) return outcomeWithout(target, task, thrown.message);
  const outcome = outcomeWithout(target, task, 'the target could not be forecast');
  return { ...outcome, faults: [{ metric: undefined, cause: thrown }] };
};

const OUT_OF_TIME =
  'its batch ran out of time, so an earlier forecast stands: targets that send far more than a point a minute take longest';

/** The outcome of a target that the batch has no time for. The next run starts with other targets. */
const deferTarget = (tenantId: string, targetId: string, task: ForecastTask): TargetOutcome => {
  task.states?.keep(targetId);
  return { ...outcomeWithout({ tenantId, targetId }, task, OUT_OF_TIME), isDeferred: true };
};

const loadTarget = async (
  { registry, blocks }: ForecastBatchDeps,
  { tenantId, timeLeft }: BatchInput,
  targetId: string,
  task: ForecastTask,
): Promise<TargetHistories | TargetOutcome> => {
  if (!hasTimeFor(timeLeft)) return deferTarget(tenantId, targetId, task);
  try {
    const target = await registry.get(tenantId, targetId);
    if (target === undefined)
      return outcomeWithout({ tenantId, targetId }, task, 'the target is not registered');
    const now = task.issuedAt / 1000;
    // Senders' clocks may be minutes ahead, so the newest points may lie in the next hour.
    const range = { tenantId, targetId, fromHour: hourOf(now - HISTORY_SECONDS), toHour: hourOf(now) + 1 };
    const thinAs = (metric: string) => readMetric(target, metric, task.settings).kind;
    return { target, histories: await readHistory(blocks, range, { thinAs }) };
  } catch (error) {
    return outcomeOfFailure({ tenantId, targetId }, task, error);
  }
};

/** Returns the outcome as it was stored: a target whose forecast can never be stored has none. */
const storeOutcome = async (
  deps: ForecastBatchDeps,
  outcome: TargetOutcome,
  task: BatchTask,
): Promise<TargetOutcome> => {
  try {
    return await putOutcome(deps, outcome, task);
  } catch (error) {
    return outcomeOfFailure(outcome.forecast, task, error);
  }
};

/** Stores nothing if the target has no forecast, or if a newer run has stored one: what was stored before stands. */
const putOutcome = async (
  deps: ForecastBatchDeps,
  outcome: TargetOutcome,
  { timeLeft, explanations: budget }: BatchTask,
): Promise<TargetOutcome> => {
  const { forecasts, breaches: store, cadenceMinutes } = deps;
  if (outcome.forecast.metrics.length === 0) return outcome;
  const { tenantId, targetId, issuedAt } = outcome.forecast;
  const [issued, cadence] = [Math.floor(issuedAt / 1000), 60 * cadenceMinutes];
  const before = await store.stored(tenantId, targetId);
  const warned = settleWarnings(outcome, before, REMEMBERED_RUNS * cadence * 1000);
  const settled = await explainWarnings({ ...deps, timeLeft, budget }, warned, before);
  const isNewest = await forecasts.put(settled.forecast, issued + FORECAST_TTL_SECONDS);
  if (!isNewest) return { ...settled, breaches: [] };
  const lifetime = {
    listedUntil: issued + LISTED_RUNS * cadence,
    expiresAt: issued + REMEMBERED_RUNS * cadence,
  };
  await store.change({ tenantId, targetId, issuedAt }, changesOf(settled, before), lifetime);
  return settled;
};

interface BatchTask extends ForecastTask {
  readonly scorer: BatchScorer;
  readonly timeLeft: TimeLeft;
  readonly explanations: ExplanationBudget;
}

const forecastGroup = async (
  deps: ForecastBatchDeps,
  input: BatchInput,
  targetIds: readonly string[],
  task: BatchTask,
): Promise<readonly TargetOutcome[]> => {
  const loaded = await inParallel(TARGETS_PER_CALL, targetIds, (id) => loadTarget(deps, input, id, task));
  const observed = loaded.filter((one) => 'histories' in one);
  for (const one of observed) task.scorer.score(one, task.settings);
  const forecast = await forecastTargets(observed, task);
  const byTarget = new Map(forecast.map((outcome) => [outcome.targetId, outcome]));
  const outcomes = loaded.map((one) => ('histories' in one ? byTarget.get(one.target.targetId)! : one));
  return inParallel(1, outcomes, (outcome) => storeOutcome(deps, outcome, task));
};

/** Forecasts as many targets as there is time for. Outcomes are in the order of `targetIds`. */
const forecastInTime = async (
  deps: ForecastBatchDeps,
  input: BatchInput,
  targetIds: readonly string[],
  task: BatchTask,
): Promise<readonly TargetOutcome[]> => {
  const groups = chunksOf(TARGETS_PER_CALL, targetIds);
  const order = groupOrder(groups.length, task.issuedAt, deps.cadenceMinutes);
  const done = new Map<number, readonly TargetOutcome[]>();
  await inParallel(CALLS_AT_ONCE, order, async (index) => {
    done.set(index, await forecastGroup(deps, input, groups[index]!, task));
  });
  return groups.flatMap((_, index) => done.get(index)!);
};

/** Moves of the tenant's clocks in all histories and horizons; a series may be silent for as long as the horizon. */
const movesAround = (now: number, { timeZone }: Settings): readonly ClockMove[] =>
  timeZone === undefined
    ? []
    : clockMoves(timeZone, now - HISTORY_SECONDS - HORIZON_SECONDS, now + 2 * HORIZON_SECONDS);

/**
 * Forecasts the targets of one batch, then writes in this order: forecasts and breaches, the archive, the events, the
 * result that marks the batch as done, the scores of earlier forecasts, and the learned states. Everything written is keyed
 * by the run, so a repeat changes nothing. Targets that the batch has no time for are reported as failed and keep their
 * earlier forecasts.
 * @throws InvalidInputError if `batchKey` is not the file of this batch
 */
export const forecastBatch = async (deps: ForecastBatchDeps, input: BatchInput): Promise<BatchResult> => {
  const { tenantId, runId, batchKey, index } = input;
  if (batchKey !== batchFileKey(tenantId, runId, index))
    throw new InvalidInputError(`${batchKey} is not batch ${index} of run ${runId}`, { field: 'batchKey' });
  const issuedAt = runRequestedAt(runId);
  const batch = { tenantId, runId, index, issuedAt };
  const now = issuedAt / 1000;
  const [settings, interventions, targetIds, states, scorer] = await Promise.all([
    settingsOrNone(deps.settings, deps.telemetry).get(tenantId),
    knownInterventions(deps.interventions, deps.telemetry, tenantId, now - HISTORY_SECONDS),
    deps.files.readBatch(batchKey),
    loadStates(deps, batch),
    deps.scorer.begin(batch),
  ]);
  const own = { settings, clockMoves: movesAround(now, settings), interventions };
  const { timeLeft } = input;
  const limits = { timeLeft, explanations: { left: MAX_EXPLANATIONS } };
  const task = {
    ...{ runId, issuedAt, backend: deps.backend, states: states.tracker, scorer },
    ...{ ...own, ...limits },
  };
  const outcomes = await forecastInTime(deps, input, targetIds, task);
  const forecasts = outcomes.map(({ forecast }) => forecast);
  const archiveKey = await deps.files.archiveForecasts(tenantId, runId, index, issuedAt, forecasts);
  await deps.events.publish(announceBatch({ ...batch, archiveKey, outcomes }));
  const result = resultOf(index, outcomes);
  await deps.files.writeResult(tenantId, runId, result);
  reportBatch(deps.telemetry, batch, result, outcomes);
  await scorer.end();
  await storeStates(deps, batch, states);
  return result;
};
