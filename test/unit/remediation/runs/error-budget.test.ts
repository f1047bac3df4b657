import { describe, expect, it } from 'vitest';
import type { ErrorBudget } from '../../../../core/remediation/gate/error-budget.ts';
import { GateInputs, type GateVerdict } from '../../../../core/remediation/gate/gate-world.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { NOW } from '../stored-samples.ts';
import { policyOf, TENANT } from './run-world.ts';
import { groupRun, storedWorld } from './stored-world.ts';

const BUDGET: ErrorBudget = { remaining: -0.5, objective: 'fast answers', measured: 100, bad: 15 };
const objectives = ['fast answers', 'few errors'].map((name) => ({
  ...{ name, target: 'web-1', metric: 'latency_ms', objective: 0.9, windowDays: 28 },
  threshold: { direction: 'above' as const, limit: 400 },
}));

/** A gate that refuses while the budget is used up, and what it was asked. */
const worldOf = (status: 'awaiting-approval' | 'choosing' | 'acting', isReserved: boolean) => {
  const read: unknown[][] = [];
  const seen: (ErrorBudget | null)[] = [];
  const execution = status === 'acting' ? { before: {}, beganAt: null, doneAt: null, undo: null } : null;
  const world = storedWorld(groupRun({ status, approval: null, execution }), {
    isReserved,
    errorBudget: async (...given) => {
      read.push(given);
      return BUDGET;
    },
    rules: {
      judge: (_, { errorBudget }) => {
        seen.push(errorBudget);
        const refusals = [{ rule: 'autonomy', reason: 'the budget is used up', remedy: 'ask' }];
        return { mode: 'refused', needed: 1, refusals, rules: [] } satisfies GateVerdict;
      },
    },
  });
  const policy = RemediationPolicy.parse({ ...policyOf('automatic'), objectives });
  world.own.policy = { item: policy, revision: 2 };
  return { ...world, read, seen };
};

describe('the gate is asked with the error budget of now', () => {
  it.each([
    ['people are asked', 'awaiting-approval', false],
    ['the action is prepared', 'choosing', false],
    ['the action begins', 'acting', true],
  ] as const)('when %s, and it is recorded', async (_, status, isReserved) => {
    const world = worldOf(status, isReserved);
    if (status === 'awaiting-approval')
      await world.ask({ tenantId: TENANT, remediationId: 'r-1', step: 'ask', taskToken: 'token' });
    else await world.step(status === 'choosing' ? 'prepare' : 'act');
    expect(world.read).toEqual([[TENANT, objectives, NOW + 60]]);
    expect(world.seen).toEqual([BUDGET]);
    expect([world.stored()?.status, world.changes]).toEqual(['refused', []]);
    const hash = world.own.decisions.at(-1)?.inputsHash ?? '';
    const inputs = GateInputs.parse(await world.base.inputs.get(TENANT, hash));
    expect(inputs.world.errorBudget).toEqual(BUDGET);
  });
});
