import type { History } from '../../metrics/blocks/block-history.ts';
import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import type { MetricKind } from '../../metrics/series/metric-series.ts';
import { regularise } from '../../metrics/series/regularise.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import {
  type ErrorBudget,
  type ErrorBudgetReader,
  errorBudgetOf,
  leastBudget,
  type Measurement,
  unreadableBudget,
} from '../gate/error-budget.ts';
import type { ServiceObjective } from '../policy.ts';

export interface BudgetSources {
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
}

/** One a minute in the longest window, and some more. */
const MAX_STEPS = 50_000;
/** A day of the largest blocks takes 10 MB. */
const HOURS_AT_ONCE = 24;
const TARGETS_AT_ONCE = 4;
/** Of windows of days, two minutes change nothing. */
const FRESH_SECONDS = 120;
const MAX_REMEMBERED = 100;
/**
 * For all objectives together. A month of 20 targets that report 50 metrics a minute takes 355 MB and 4 s of a whole
 * processor to decode; the functions that ask have a minute and about half a processor. The largest blocks of so many
 * targets take 5 GB.
 */
const MAX_BYTES = 400_000_000;

/** Reads no further once it has read `maxBytes`. */
const bounded = (blocks: BudgetSources['blocks'], maxBytes: number): BudgetSources['blocks'] => {
  let left = maxBytes;
  return {
    readRange: async (...range) => {
      const found = await blocks.readRange(...range);
      for (const { bytes } of found) left -= bytes?.length ?? 0;
      if (left < 0)
        throw new InvalidInputError(`the windows of the objectives hold more than ${maxBytes / 1e6} MB`);
      return found;
    },
  };
};

const measurementsOf = (
  history: History,
  kind: MetricKind,
  { windowDays }: ServiceObjective,
  now: number,
): readonly Measurement[] => {
  const from = now - windowDays * DAY_SECONDS;
  const { start, stepSeconds, values } = regularise({ ...history, kind }, { maxSteps: MAX_STEPS });
  return Array.from(values, (value, i) => ({ at: Math.round(start + i * stepSeconds), value })).filter(
    ({ at, value }) => Number.isFinite(value) && at > from && at <= now,
  );
};

/** A series without any number tells nothing about its objective. */
const budgetOf = (
  history: History | undefined,
  kind: MetricKind,
  objective: ServiceObjective,
  now: number,
): ErrorBudget | null => {
  if (history === undefined || history.timestamps.length < 2) return null;
  try {
    return errorBudgetOf(objective, measurementsOf(history, kind, objective, now));
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
};

/** Of the objectives of one target, whose blocks are read once. */
const budgetsOfTarget = async (
  { blocks, registry }: BudgetSources,
  { tenantId, targetId, now }: { readonly tenantId: string; readonly targetId: string; readonly now: number },
  objectives: readonly ServiceObjective[],
): Promise<readonly (ErrorBudget | null)[]> => {
  const target = await registry.get(tenantId, targetId);
  if (target === undefined) return [];
  const from = now - Math.max(...objectives.map(({ windowDays }) => windowDays)) * DAY_SECONDS;
  const range = { tenantId, targetId, fromHour: hourOf(from), toHour: hourOf(now) };
  const thinAs = (metric: string): MetricKind => readMetric(target, metric).kind;
  const only = new Set(objectives.map(({ metric }) => metric));
  try {
    const histories = await readHistory(blocks, range, { only, thinAs, hoursAtOnce: HOURS_AT_ONCE });
    return objectives.map((each) => budgetOf(histories.get(each.metric), thinAs(each.metric), each, now));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return objectives.map((each) => unreadableBudget(each, error.message));
  }
};

const readErrorBudget = async (
  { blocks, registry }: BudgetSources,
  { tenantId, now, maxBytes }: { readonly tenantId: string; readonly now: number; readonly maxBytes: number },
  objectives: readonly ServiceObjective[],
): Promise<ErrorBudget | null> => {
  const sources = { blocks: bounded(blocks, maxBytes), registry };
  const byTarget = Map.groupBy(objectives, ({ target }) => target);
  const budgets = await inParallel(TARGETS_AT_ONCE, byTarget, ([targetId, own]) =>
    budgetsOfTarget(sources, { tenantId, targetId, now }, own),
  );
  return leastBudget(budgets.flat());
};

/**
 * Computes error budgets from stored measurements, and remembers each for two minutes. A step whose decision lost a race
 * against another one of the tenant judges again: if it read everything again, it would lose the next race as well.
 *
 * A budget that cannot be computed, because blocks are damaged or take more than `maxBytes`, counts as used up.
 * @throws DependencyUnavailableError if the measurements cannot be read now
 */
export const errorBudgetReader = (sources: BudgetSources, maxBytes = MAX_BYTES): ErrorBudgetReader => {
  const known = new Map<string, { readonly at: number; readonly budget: ErrorBudget | null }>();
  return async (tenantId, objectives, now) => {
    const key = canonicalJson([tenantId, objectives]);
    const last = known.get(key);
    if (last !== undefined && Math.abs(now - last.at) < FRESH_SECONDS) return last.budget;
    const budget = await readErrorBudget(sources, { tenantId, now, maxBytes }, objectives);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(key, { at: now, budget });
    return budget;
  };
};
