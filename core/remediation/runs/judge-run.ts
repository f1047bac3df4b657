/** Asks the gate about the plan of a run. */
import { Json } from '../../shared/canonical-json.ts';
import { affectedObjectives, type ErrorBudgetReader } from '../gate/error-budget.ts';
import type { GateVerdict, GateWorld } from '../gate/gate-world.ts';
import type { RemediationPlan } from '../plan.ts';
import type { RemediationCeiling } from '../policy.ts';
import type { Remediation } from '../remediation.ts';
import type { Rules } from './rules.ts';
import type { Snapshot } from './step.ts';

export interface JudgeDeps {
  readonly rules: Pick<Rules, 'judge'>;
  /** What the deployment allows at most. */
  readonly ceiling: RemediationCeiling;
  readonly errorBudget: ErrorBudgetReader;
}

/** `present`: the state of the resource, if it was read just now. Without the error budget, which an undoing needs not. */
export const gateWorld = (
  { ceiling }: Pick<JudgeDeps, 'ceiling'>,
  { now, state, ledger }: Snapshot,
  run: Remediation,
  present: Json | null,
): GateWorld => ({
  phase: present === null ? 'choosing' : 'acting',
  ...{ now, ceiling, present, ledger: ledger.item, track: state.track.item },
  policy: state.policy.item ?? null,
  policyVersion: state.policy.revision,
  killSwitch: state.killSwitch.item ?? null,
  errorBudget: null,
  approvals: [...(run.approval?.approvals ?? [])],
});

/** The verdict with the inputs from which it can be computed again. */
export interface Judged {
  readonly verdict: GateVerdict;
  readonly inputs: Json;
}

/** As it is recorded: JSON without fields that are undefined. */
export const asJson = (value: unknown): Json => Json.parse(JSON.parse(JSON.stringify(value)));

export const judgeRun = async (
  deps: JudgeDeps,
  snapshot: Snapshot,
  run: Remediation,
  plan: RemediationPlan,
  present: Json | null,
): Promise<Judged> => {
  const { now, state } = snapshot;
  const objectives = affectedObjectives(state.policy.item, plan.problem.targetIds, plan.resource);
  const errorBudget = await deps.errorBudget(plan.tenantId, objectives, now);
  const world = { ...gateWorld(deps, snapshot, run, present), errorBudget };
  return { verdict: deps.rules.judge(plan, world), inputs: asJson({ plan, world }) };
};
