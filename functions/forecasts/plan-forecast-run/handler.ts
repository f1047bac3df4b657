import type { RunFiles, RunStore } from '../../../core/forecasts/ports.ts';
import type { BatchBudget } from '../../../core/forecasts/runs/batch-budget.ts';
import { planBatches } from '../../../core/forecasts/runs/plan-batches.ts';
import { identifyRun, RunInput } from '../../../core/forecasts/runs/run-input.ts';
import { newRun } from '../../../core/forecasts/runs/sum-results.ts';
import type { TargetRegistry } from '../../../core/metrics/ports.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { allItems } from '../../../core/shared/page.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { parseInput } from '../../runtime/parse-input.ts';
import { annotateTrace } from '../../runtime/tracing/trace.ts';

export interface Deps {
  readonly registry: Pick<TargetRegistry, 'list'>;
  readonly runs: Pick<RunStore, 'begin'>;
  readonly files: Pick<RunFiles, 'writeBatch'>;
  readonly budget: BatchBudget;
  readonly telemetry: Telemetry;
}

/**
 * Targets that are silent for longer are considered gone. Targets that are silent for less than this but longer than
 * the horizon are planned and then reported as failures, so that their silence is noticed.
 */
export const ACTIVE_SECONDS = 3 * DAY_SECONDS;
const PAGE = 500;
const PARALLEL_WRITES = 20;

const activeTargets = async (deps: Deps, tenantId: string, now: number): Promise<Target[]> => {
  const active: Target[] = [];
  for await (const target of allItems((page) => deps.registry.list(tenantId, page), PAGE))
    if (target.lastSeen > now - ACTIVE_SECONDS) active.push(target);
  return active;
};

/**
 * Creates a run (a no-op if the caller already did) and stores the targets of each batch. Returns only keys, so the
 * workflow's state never contains the targets.
 */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const run = identifyRun(parseInput(RunInput, event));
  const { tenantId, runId, trigger, startedAt } = run;
  annotateTrace({ tenant: tenantId, run: runId });
  await deps.runs.begin(newRun(run));
  const targets = await activeTargets(deps, tenantId, startedAt / 1000);
  const planned = planBatches(targets, deps.budget).map((targetIds, i) => ({ targetIds, index: i + 1 }));
  const batches = await inParallel(PARALLEL_WRITES, planned, async ({ targetIds, index }) => ({
    index,
    batchKey: await deps.files.writeBatch(tenantId, runId, index, targetIds),
  }));
  const counts = { targets: targets.length, batches: batches.length };
  deps.telemetry.info('forecast run planned', { tenantId, runId, correlationId: runId, ...counts });
  return { tenantId, runId, trigger, batchCount: batches.length, batches };
};
