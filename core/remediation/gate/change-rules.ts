/** Rules about the change: it must follow from the state of the resource, which must not have changed since. */
import * as z from 'zod';
import { canonicalJson, type Json } from '../../shared/canonical-json.ts';
import type { PlanningContext } from '../action.ts';
import { demandOf } from '../capacity/demand.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Matter } from './matter.ts';
import { type Rule, unless } from './rule.ts';

const AGAIN = 'plan it again';

const States = z.object({ from: z.object({ version: z.string() }), to: z.object({ version: z.string() }) });

/** Versions come from the record of the deployment, which the plan repeats in its change. */
const deploymentOf = ({ effect, change }: RemediationPlan): PlanningContext['deployment'] => {
  const states = States.safeParse(change);
  return effect === 'restores-version' && states.success
    ? { deployed: states.data.from.version, previous: states.data.to.version }
    : null;
};

/** State on which the change rests: the one that was read just now or, while choosing, the one of the plan. */
const stateOf = ({ plan, world }: Matter): Json =>
  world.phase === 'acting' ? world.present : plan.change.from;

const areStates = ({ action }: Matter, ...states: readonly Json[]): boolean =>
  states.every((state) => action.state.safeParse(state).success);

/** While acting: the resource must be as it was when the plan was made and approved. */
export const unchanged: Rule = (matter) => {
  const { plan, action } = matter;
  const present = stateOf(matter);
  return unless(
    areStates(matter, present, plan.change.from) &&
      canonicalJson(action.basis(present)) === canonicalJson(action.basis(plan.change.from)),
    () => `${plan.resource} is not in the state for which it was planned`,
    AGAIN,
  );
};

/** The action itself, asked again, must intend the same and touch no more. */
export const followsFromState: Rule = (matter) => {
  const { plan, action } = matter;
  const present = stateOf(matter);
  const parameters = action.parameters.safeParse(plan.parameters);
  if (!parameters.success || !areStates(matter, present, plan.change.to))
    return { reason: `the plan has parameters or states that ${action.id} does not have`, remedy: AGAIN };
  const { remediationId, plannedAt: at } = plan;
  const again = action.plan(plan.parameters, present, {
    ...{ remediationId, at, deployment: deploymentOf(plan) },
    ...{ demand: demandOf(plan.problem), maxUnits: plan.change.touches },
  });
  if ('notApplicable' in again) return { reason: again.notApplicable, remedy: 'wait, or plan it again' };
  return unless(
    canonicalJson(action.basis(again.to)) === canonicalJson(action.basis(plan.change.to)) &&
      again.touches <= plan.change.touches,
    () => `${action.id} would now do something else: ${again.summary}`,
    AGAIN,
  );
};

export const cost: Rule = (matter) => {
  const { plan, action, environment } = matter;
  if (!areStates(matter, plan.change.from, plan.change.to))
    return { reason: `the plan has states that ${action.id} does not have`, remedy: AGAIN };
  const quote = action.cost(plan.change, plan.parameters);
  const most = environment.maxUsdPerHour;
  const inFirstHour = ({ usdPerHour, usdOnce }: typeof plan.cost): number => usdPerHour + usdOnce;
  const usd = Math.max(inFirstHour(quote), inFirstHour(plan.cost));
  return unless(
    usd <= most,
    () => `it costs $${usd.toFixed(2)} in the first hour, and at most $${most} are allowed`,
    'raise maxUsdPerHour of the policy',
  );
};
