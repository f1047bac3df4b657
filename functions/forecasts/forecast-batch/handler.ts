import * as z from 'zod';
import { batchFileKey } from '../../../core/forecasts/object-keys.ts';
import type { BatchResult, BreachStore, ForecastStore, RunFiles } from '../../../core/forecasts/ports.ts';
import { announceBatch } from '../../../core/forecasts/runs/announce-batch.ts';
import {
  type ForecastTask,
  forecastTarget,
  type TargetOutcome,
} from '../../../core/forecasts/runs/forecast-target.ts';
import { HISTORY_SECONDS } from '../../../core/forecasts/runs/prepare-series.ts';
import { RunId, runRequestedAt } from '../../../core/forecasts/runs/run-id.ts';
import { failureOf, KEPT_FAILURES } from '../../../core/forecasts/runs/sum-results.ts';
import { type History, historyOf } from '../../../core/metrics/blocks/block-history.ts';
import type { BlockStore, TargetRegistry } from '../../../core/metrics/ports.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { EventPublisher } from '../../../core/shared/messaging.ts';
import { DAY_SECONDS, hourOf } from '../../../core/shared/time.ts';
import { parseInput } from '../../runtime/parse-input.ts';
import { keepStates, resumeBatch, type StateDeps } from './kept-states.ts';

export interface Deps extends StateDeps {
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly forecasts: Pick<ForecastStore, 'put'>;
  readonly breaches: Pick<BreachStore, 'replace'>;
  readonly files: Pick<RunFiles, 'readBatch' | 'archiveForecasts' | 'writeResult'>;
  readonly events: EventPublisher;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Minutes between scheduled runs: predicted breaches outlive one missed run. */
  readonly cadenceMinutes: number;
}

const Input = z.object({
  tenantId: TenantId,
  runId: RunId,
  batchKey: z.string(),
  index: z.number().int().positive(),
});
type Input = z.infer<typeof Input>;

/** Targets whose history may be in memory at once: one being forecast, the others being read or written. */
const TARGETS_AT_ONCE = 3;
/** A forecast is of no use once the time it is about has passed. */
const FORECAST_KEPT_SECONDS = DAY_SECONDS;

const nothingFor = (target: Pick<Target, 'tenantId' | 'targetId'>, task: ForecastTask, reason: string) => {
  const { tenantId, targetId } = target;
  const { runId, issuedAt } = task;
  const outcome: TargetOutcome = {
    targetId,
    series: 0,
    forecast: { tenantId, targetId, runId, issuedAt, metrics: [] },
    breaches: [],
    failures: [failureOf(targetId, undefined, reason)],
    faults: [],
  };
  return outcome;
};

/** A damaged block spoils its target only. Failing to read at all is no property of the target and fails the batch. */
const readHistories = async (
  deps: Deps,
  target: Target,
  now: number,
): Promise<ReadonlyMap<string, History>> => {
  const from = hourOf(now - HISTORY_SECONDS);
  // Senders' clocks may run ahead by minutes, so the newest points may lie in the next hour.
  const to = hourOf(now) + 1;
  return historyOf(await deps.blocks.readRange(target.tenantId, target.targetId, from, to));
};

const computeTarget = async (deps: Deps, tenantId: string, targetId: string, task: ForecastTask) => {
  const target = await deps.registry.get(tenantId, targetId);
  if (target === undefined) return nothingFor({ tenantId, targetId }, task, 'the target is not registered');
  try {
    return forecastTarget(target, await readHistories(deps, target, task.issuedAt / 1000), task);
  } catch (error) {
    if (error instanceof InvalidInputError) return nothingFor(target, task, error.message);
    throw error;
  }
};

const storeTarget = async (deps: Deps, { forecast, breaches }: TargetOutcome): Promise<void> => {
  const issued = Math.floor(forecast.issuedAt / 1000);
  const { tenantId, targetId } = forecast;
  if (forecast.metrics.length > 0) await deps.forecasts.put(forecast, issued + FORECAST_KEPT_SECONDS);
  await deps.breaches.replace(tenantId, targetId, breaches, issued + 2 * 60 * deps.cadenceMinutes);
};

const resultOf = (index: number, outcomes: readonly TargetOutcome[]): BatchResult => {
  const sum = (count: (outcome: TargetOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  return {
    index,
    targets: outcomes.length,
    series: sum(({ series }) => series),
    forecasts: sum(({ forecast }) => forecast.metrics.length),
    breaches: sum(({ breaches }) => breaches.length),
    failed: sum(({ failures }) => failures.length),
    failures: outcomes.flatMap(({ failures }) => failures).slice(0, KEPT_FAILURES),
  };
};

const report = (
  { telemetry }: Deps,
  { tenantId, runId }: Input,
  result: BatchResult,
  outcomes: readonly TargetOutcome[],
) => {
  const { failures: _, ...counts } = result;
  telemetry.info('batch forecast', { tenantId, runId, correlationId: runId, ...counts });
  telemetry.count('ForecastProduced', result.forecasts);
  telemetry.count('BreachListed', result.breaches);
  telemetry.count('SeriesFailed', result.failed);
  for (const { targetId, faults } of outcomes) {
    for (const { metric, cause } of faults) {
      telemetry.error('the forecaster failed', { tenantId, runId, seriesId: `${targetId}/${metric}` }, cause);
    }
  }
};

/**
 * Forecasts the targets of one batch: history, forecast, risk of a breach, then the stores, the archive, the events
 * then the result that marks the batch as done, and last what was learned. Everything written is keyed by the run, so
 * a repeat changes nothing. A series that cannot be forecast is reported and fails neither its target nor the batch.
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const input = parseInput(Input, event);
  const { tenantId, runId, batchKey, index } = input;
  if (batchKey !== batchFileKey(tenantId, runId, index)) {
    throw new InvalidInputError(`${batchKey} is not batch ${index} of run ${runId}`, { field: 'batchKey' });
  }
  const issuedAt = runRequestedAt(runId);
  const batch = { tenantId, runId, index, issuedAt };
  const [settings, targetIds, resumed] = await Promise.all([
    deps.settings.get(tenantId),
    deps.files.readBatch(batchKey),
    resumeBatch(deps, batch),
  ]);
  const task: ForecastTask = { runId, issuedAt, forecaster: resumed.forecaster, settings };
  const outcomes = await inParallel(TARGETS_AT_ONCE, targetIds, async (targetId) => {
    const outcome = await computeTarget(deps, tenantId, targetId, task);
    await storeTarget(deps, outcome);
    return outcome;
  });
  const kept = outcomes.map(({ forecast }) => forecast);
  const archiveKey = await deps.files.archiveForecasts(tenantId, runId, index, issuedAt, kept);
  await deps.events.publish(announceBatch({ ...batch, archiveKey, outcomes }));
  const result = resultOf(index, outcomes);
  await deps.files.writeResult(tenantId, runId, result);
  report(deps, input, result, outcomes);
  await keepStates(deps, batch, resumed);
  const { failures: _, ...counts } = result;
  return counts;
};
