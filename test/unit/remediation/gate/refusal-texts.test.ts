import { describe, expect, it } from 'vitest';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import { RULES } from '../../../../core/remediation/gate/rules.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import { anApproval, aPlan, aWorld } from './allowed-world.ts';
import { REFUSALS } from './refusal-cases.ts';

/** The refusal by one rule of a plan that people approved. */
const refusalBy = (rule: string, plan: RemediationPlan, world: Partial<GateWorld>): readonly string[] => {
  const { refusals } = judge(plan, aWorld({ approvals: [anApproval({}, plan)], ...world }));
  return refusals.filter((each) => each.rule === rule).flatMap(({ reason, remedy }) => [reason, remedy]);
};

describe('a refusal says what was found and what would change it:', () => {
  it.each(REFUSALS)('$rule: $reason', ({ rule, plan, world, reason, remedy }) => {
    expect(refusalBy(rule, aPlan(plan), world ?? {})).toEqual([reason, remedy]);
  });

  it('each rule', () => {
    const said = new Set(REFUSALS.map(({ rule }) => rule));
    expect(RULES.map(([rule]) => rule).filter((rule) => !said.has(rule))).toEqual([]);
  });
});
