import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import { regularise } from '../../metrics/series/regularise.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import { type ErrorBudget, errorBudgetOf, leastBudget, type Measurement } from '../gate/error-budget.ts';
import type { ServiceObjective } from '../policy.ts';

export interface BudgetSources {
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
}

/** One a minute in the longest window, and some more. */
const MAX_STEPS = 50_000;
/** A day of the largest blocks takes 10 MB. */
const HOURS_AT_ONCE = 24;

const measure = async (
  { blocks, registry }: BudgetSources,
  tenantId: string,
  { target: targetId, metric, windowDays }: ServiceObjective,
  now: number,
): Promise<readonly Measurement[]> => {
  const target = await registry.get(tenantId, targetId);
  if (target === undefined) return [];
  const from = now - windowDays * DAY_SECONDS;
  const { kind } = readMetric(target, metric);
  const range = { tenantId, targetId, fromHour: hourOf(from), toHour: hourOf(now) };
  const options = { only: metric, thinAs: () => kind, hoursAtOnce: HOURS_AT_ONCE };
  const history = (await readHistory(blocks, range, options)).get(metric);
  if (history === undefined || history.timestamps.length < 2) return [];
  const { start, stepSeconds, values } = regularise({ ...history, kind }, { maxSteps: MAX_STEPS });
  return Array.from(values, (value, i) => ({ at: Math.round(start + i * stepSeconds), value })).filter(
    ({ at, value }) => Number.isFinite(value) && at > from && at <= now,
  );
};

/** A series that cannot be read as numbers tells nothing about its objective. */
const budgetOf = async (
  sources: BudgetSources,
  tenantId: string,
  objective: ServiceObjective,
  now: number,
): Promise<ErrorBudget | null> => {
  try {
    return errorBudgetOf(objective, await measure(sources, tenantId, objective, now));
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
};

/**
 * The least that remains of the error budgets of the objectives at `now` (epoch seconds), from the stored measurements of
 * their windows; null if none is known.
 */
export const readErrorBudget = async (
  sources: BudgetSources,
  tenantId: string,
  objectives: readonly ServiceObjective[],
  now: number,
): Promise<ErrorBudget | null> => {
  const budgets: (ErrorBudget | null)[] = [];
  for (const objective of objectives) budgets.push(await budgetOf(sources, tenantId, objective, now));
  return leastBudget(budgets);
};
