/** Actions that change how many units (instances, tasks, replicas) a resource has. */
import * as z from 'zod';
import type { Change, CostQuote, NotApplicable, PlanningContext } from '../action.ts';

/** A resource with a desired number of units and the bounds that its own configuration sets. */
export interface UnitState {
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  /** Units in service now. */
  readonly inService: number;
}

const whole = z.number().int();

export const UnitState = z.strictObject({
  desired: whole.min(0),
  min: whole.min(0),
  max: whole.min(0),
  inService: whole.min(0),
}) satisfies z.ZodType<UnitState>;

/** Adds up to `add` units, and never more than `max`. The price of a unit is the owner's; without one, `ASSUMED_USD_PER_UNIT_HOUR` counts. */
export const AddParameters = z.strictObject({
  add: whole
    .min(1)
    .max(20)
    .default(1)
    .describe('Most units to add at once: as many as the forecast needs, or all of them without one.'),
  max: whole.min(1).max(1000).describe('Most units that it may have afterwards.'),
  usdPerUnitHour: z
    .number()
    .min(0)
    .max(1000)
    .optional()
    .describe('Your price of a unit; $0.10 is assumed without it.'),
});
export type AddParameters = z.infer<typeof AddParameters>;

export const RemoveParameters = z.strictObject({
  remove: whole.min(1).max(20).default(1).describe('Units to remove.'),
  min: whole.min(1).max(1000).describe('Fewest units that it keeps.'),
});
export type RemoveParameters = z.infer<typeof RemoveParameters>;

export const unitBasis = ({ desired, min, max }: UnitState) => ({ desired, min, max });

const resized = <State extends UnitState>(from: State, desired: number, unit: string): Change<State> => ({
  ...{ from, to: { ...from, desired, inService: desired } },
  summary: `desired ${unit} ${from.desired} → ${desired}`,
  touches: Math.abs(desired - from.desired),
});

/** Units that the forecast needs beyond those there are, at least one; infinitely many if there is none. */
const missingUnits = ({ desired }: UnitState, demand: number | null): number =>
  demand === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil(desired * demand) - desired);

/**
 * More units than now, never fewer: not applicable if there are as many already. The step is what the forecast needs, as
 * in target tracking, at most the owner's step and what one remediation may touch.
 */
export const addUnits = <State extends UnitState>(
  { add, max }: AddParameters,
  state: State,
  unit: string,
  { demand = null, maxUnits = add }: Pick<PlanningContext, 'demand' | 'maxUnits'>,
): Change<State> | NotApplicable => {
  const step = Math.min(add, maxUnits, missingUnits(state, demand));
  const desired = Math.min(state.desired + step, max, state.max);
  if (desired <= state.desired)
    return {
      notApplicable: `it has ${state.desired} ${unit} already, and at most ${Math.min(max, state.max)} are allowed`,
    };
  return resized(state, desired, unit);
};

/** Fewer units than now, never more and never below the minimum. */
export const removeUnits = <State extends UnitState>(
  { remove, min }: RemoveParameters,
  state: State,
  unit: string,
): Change<State> | NotApplicable => {
  const desired = Math.max(state.desired - remove, min, state.min, 1);
  if (desired >= state.desired)
    return {
      notApplicable: `it has ${state.desired} ${unit}, and at least ${Math.max(min, state.min, 1)} are needed`,
    };
  return resized(state, desired, unit);
};

/** Back to the number before, unless somebody else changed it since. */
export const undoUnits = <State extends UnitState>(
  { from, to }: Change<State>,
  present: State,
  unit: string,
): Change<State> | NotApplicable => {
  if (present.desired !== to.desired)
    return {
      notApplicable: `desired ${unit} is ${present.desired}, not ${to.desired}: something else changed it`,
    };
  if (from.desired < present.min || from.desired > present.max)
    return { notApplicable: `${from.desired} ${unit} are outside of its bounds now` };
  return resized(present, from.desired, unit);
};

/** More are wanted: until they are in service. Fewer: until the others are gone. */
export const hasUnits = <State extends UnitState>({ from, to }: Change<State>, present: State): boolean =>
  present.desired === to.desired &&
  (to.desired > from.desired ? present.inService >= to.desired : present.inService <= to.desired);

/** An on-demand m7i.large in us-east-1 costs $0.1008 an hour (https://aws.amazon.com/ec2/pricing, 2026-11). */
export const ASSUMED_USD_PER_UNIT_HOUR = 0.1;

export const unitCost = <State extends UnitState>(
  { from, to }: Change<State>,
  { usdPerUnitHour }: AddParameters,
): CostQuote => ({
  usdPerHour: Math.max(0, to.desired - from.desired) * (usdPerUnitHour ?? ASSUMED_USD_PER_UNIT_HOUR),
  usdOnce: 0,
  basis: priceBasis(usdPerUnitHour),
});

/** A price that nobody stated must not pass for free: the policy limits the cost of a plan. */
export const priceBasis = (usdPerHour: number | undefined): string =>
  usdPerHour === undefined
    ? `$${ASSUMED_USD_PER_UNIT_HOUR} an hour for each unit is assumed, because the policy states no usdPerUnitHour`
    : `$${usdPerHour} an hour for each unit, as the policy states`;
