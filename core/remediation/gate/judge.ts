import { describeIssues } from '../../shared/describe-issues.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Refusal } from '../remediation.ts';
import { GateInputs, type GateVerdict, type GateWorld } from './gate-world.ts';
import { permissionOf } from './matter.ts';
import { modeOf } from './mode.ts';
import { RULES } from './rules.ts';

/**
 * Judges a plan. Pure: the same inputs give the same verdict. Everything that is unknown or malformed refuses. While
 * `choosing`, the verdict says who would have to approve; while `acting`, it is `act` or `refused`.
 */
export const judge = (plan: RemediationPlan, world: GateWorld): GateVerdict => {
  const inputs = GateInputs.safeParse({ plan, world });
  return inputs.success
    ? verdictOf(inputs.data)
    : refusedBy({ rule: 'inputs', reason: describeIssues(inputs.error), remedy: 'plan it again' });
};

const refusedBy = (refusal: Refusal): GateVerdict => ({
  mode: 'refused',
  needed: 0,
  refusals: [refusal],
  rules: [{ rule: refusal.rule, passed: false, detail: refusal.reason }],
});

const APPROVE = 'approval by people, or a higher stage of the environment and of the deployment';

const verdictOf = ({ plan, world }: GateInputs): GateVerdict => {
  const permission = permissionOf(plan, world.policy, world.ceiling);
  if ('rule' in permission) return refusedBy(permission);
  const matter = { plan, world, ...permission };
  const { mode, needed, detail } = modeOf(matter);
  const results = [
    ...RULES.map(([rule, judgeBy]) => ({ rule, refusal: judgeBy(matter), detail: '' })),
    { rule: 'autonomy', refusal: mode === 'refused' ? { reason: detail, remedy: APPROVE } : null, detail },
  ];
  const refusals = results.flatMap(({ rule, refusal }) => (refusal === null ? [] : [{ rule, ...refusal }]));
  return {
    mode: refusals.length > 0 ? 'refused' : mode,
    needed,
    refusals,
    rules: results.map(({ rule, refusal, detail: more }) => ({
      rule,
      passed: refusal === null,
      detail: refusal?.reason ?? more,
    })),
  };
};
