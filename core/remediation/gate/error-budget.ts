import * as z from 'zod';
import { isBeyond } from '../../forecasts/resolved-threshold.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { affectedTargets } from '../affected-targets.ts';
import type { RemediationPolicy, ServiceObjective } from '../policy.ts';

/** What remains of the error budget of an objective, as it is recorded with decisions. */
export const ErrorBudget = z.strictObject({
  /** Share of the budget; 0 or less once it is used up. */
  remaining: z.number(),
  /** Name of the objective. */
  objective: z.string().exactOptional(),
  /** Measurements within the window, and how many of them were bad. */
  measured: z.number().int().nonnegative().exactOptional(),
  bad: z.number().int().nonnegative().exactOptional(),
  /** Why it could not be computed from what is stored; it counts as used up. */
  unreadable: z.string().exactOptional(),
});
export type ErrorBudget = z.infer<typeof ErrorBudget>;

/**
 * The least that remains of the error budgets of the objectives at `now` (epoch seconds), or shortly before; null if none is
 * known.
 */
export type ErrorBudgetReader = (
  tenantId: string,
  objectives: readonly ServiceObjective[],
  now: number,
) => Promise<ErrorBudget | null>;

/** A measurement; `at` is in epoch seconds. */
export interface Measurement {
  readonly at: number;
  readonly value: number;
}

/** With measurements in fewer hours, the budget is not known: one bad hour would be all of it. */
const MIN_HOURS = 24;
/** Keeps a budget that is used up exactly from remaining by a rounding error. */
const DIGITS = 1e9;

/**
 * The error budget of an objective: the share of bad measurements that it permits, less those that were bad. Null if too
 * little was measured within the window.
 */
export const errorBudgetOf = (
  { name, threshold, objective }: ServiceObjective,
  measurements: readonly Measurement[],
): ErrorBudget | null => {
  const hours = new Set(measurements.map(({ at }) => Math.floor(at / HOUR_SECONDS)));
  if (hours.size < MIN_HOURS) return null;
  const measured = measurements.length;
  const bad = measurements.filter(({ value }) => isBeyond(value, threshold)).length;
  const remaining = 1 - bad / (measured * (1 - objective));
  return { remaining: Math.round(DIGITS * remaining) / DIGITS, objective: name, measured, bad };
};

/** Fails closed: what the objective promises cannot be checked. */
export const unreadableBudget = ({ name }: ServiceObjective, reason: string): ErrorBudget => ({
  ...{ remaining: 0, objective: name, unreadable: reason },
});

/** The budget of which least remains; null if none is known. */
export const leastBudget = (budgets: readonly (ErrorBudget | null)[]): ErrorBudget | null =>
  budgets.reduce((least, each) => {
    if (least === null || each === null) return least ?? each;
    return each.remaining < least.remaining ? each : least;
  }, null);

/** The objectives that a problem, or an action on the resource, touches. */
export const affectedObjectives = (
  policy: RemediationPolicy | undefined,
  targetIds: readonly string[],
  resource: string | null,
): readonly ServiceObjective[] => {
  const affected = affectedTargets(policy, targetIds, resource);
  return (policy?.objectives ?? []).filter(({ target }) => affected.has(target));
};
