import { describeIssues } from '../../shared/describe-issues.ts';
import { planHash } from '../plan.ts';
import { ENDED, type Refusal } from '../remediation.ts';
import type { GateWorld } from './gate-world.ts';
import { permissionOf } from './matter.ts';
import { UndoInputs, type UndoSubject, type UndoVerdict, undoInputsOf } from './undo-inputs.ts';
import { HAND_OVER, UNDO_RULES, type Undoing } from './undo-rules.ts';

/**
 * Judges the undoing of an action. If people ask for it after the remediation ended, it needs their approval and keeps
 * all limits. Else the action failed or did harm: taking it back touches no more than the action did, and is not held up
 * by limits and frozen times. The kill switch stops both. Pure; everything that is unknown or malformed refuses.
 */
export const judgeUndo = (remediation: UndoSubject, world: GateWorld): UndoVerdict => {
  const inputs = UndoInputs.safeParse(undoInputsOf(remediation, world));
  if (!inputs.success) return refusedBy(no('inputs', describeIssues(inputs.error), HAND_OVER));
  const found = undoingOf(inputs.data);
  return 'rule' in found ? refusedBy(found) : verdictOf(found);
};

const no = (rule: string, reason: string, remedy: string): Refusal => ({ rule, reason, remedy });

const refusedBy = (refusal: Refusal): UndoVerdict => ({
  ...{ allowed: false, change: null, refusals: [refusal] },
  rules: [{ rule: refusal.rule, passed: false, detail: refusal.reason }],
});

const undoingOf = ({ remediation, world }: UndoInputs): Undoing | Refusal => {
  const { plan, execution, undoRequest, remediationId } = remediation;
  const beganAt = execution?.beganAt ?? null;
  if (plan === null || execution === null || beganAt === null)
    return no('has-acted', 'the remediation changed nothing', 'nothing has to be done');
  if (plan.remediationId !== remediationId || remediation.planHash !== planHash(plan))
    return no('plan-hash', 'the plan is not the one that was carried out', HAND_OVER);
  const permission = permissionOf(plan, world.policy, world.ceiling);
  if ('rule' in permission) return permission;
  const own = world.ledger.entries.filter((entry) => entry.remediationId === remediationId);
  const acted = own.find(({ kind }) => kind === 'action');
  if (acted?.resource !== plan.resource || acted.action !== plan.action.id)
    return no('reserved', 'the ledger does not have the action (any more)', HAND_OVER);
  const { state } = permission.action;
  if (![world.present, plan.change.from, plan.change.to].every((each) => state.safeParse(each).success))
    return no('present-state', 'the present state of the resource is not known', HAND_OVER);
  const change = permission.action.undo(plan.change, world.present);
  if ('notApplicable' in change) return no('can-be-undone', change.notApplicable, HAND_OVER);
  const isRequested = ENDED.has(remediation.status);
  const undone = own.find(({ kind }) => kind === 'undo');
  return {
    ...{ ...permission, plan, execution: { ...execution, beganAt }, undoRequest, isRequested },
    ...{ world, acted, undone, change },
  };
};

const verdictOf = (undoing: Undoing): UndoVerdict => {
  const results = UNDO_RULES.map(([rule, judgeBy]) => ({ rule, refusal: judgeBy(undoing) }));
  const refusals = results.flatMap(({ rule, refusal }) => (refusal === null ? [] : [{ rule, ...refusal }]));
  return {
    allowed: refusals.length === 0,
    change: refusals.length === 0 ? undoing.change : null,
    refusals,
    rules: results.map(({ rule, refusal }) => ({
      rule,
      passed: refusal === null,
      detail: refusal?.reason ?? '',
    })),
  };
};
