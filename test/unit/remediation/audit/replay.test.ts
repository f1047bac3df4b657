import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append } from '../../../../core/remediation/audit/decision-chain.ts';
import { jsonDifferences } from '../../../../core/remediation/audit/json-differences.ts';
import { replay } from '../../../../core/remediation/audit/replay.ts';
import { type Decision, EMPTY_CHAIN, type NewDecision } from '../../../../core/remediation/decision.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import { HealingInputs, judgeHealing } from '../../../../core/remediation/healing/judge-healing.ts';
import { VerificationInputs } from '../../../../core/remediation/verification/verification-inputs.ts';
import { verify } from '../../../../core/remediation/verification/verify.ts';
import { type Json, jsonHash } from '../../../../core/shared/canonical-json.ts';
import { sampleLedger, samplePlan, samplePolicy, sampleSwitch, sampleTrack } from '../stored-samples.ts';
import { decision, NOW } from './decision-samples.ts';

const chained = (over: Partial<NewDecision>): Decision => {
  const [appended] = append('acme', EMPTY_CHAIN, [decision(over)]);
  if (appended === undefined) throw new TypeError('nothing was appended');
  return appended;
};

const plan = samplePlan();
const world = {
  policyVersion: 1,
  ...{ phase: 'acting', now: NOW, policy: samplePolicy, killSwitch: null, ledger: { entries: [] } },
  ceiling: { maxStage: 'automatic', actions: [plan.action.id], maxUnitsPerRun: 5, maxActionsPerHour: 5 },
  ...{ track: sampleTrack, errorBudget: null, approvals: [], present: plan.change.from },
} as const;
const gateInputs = { plan, world } as unknown as Json;
const verdict = judge(plan, world as never);
const allowed = chained({
  kind: 'action-refused',
  inputsHash: jsonHash(gateInputs),
  outcome: verdict as unknown as Json,
});

describe('a replayed decision', () => {
  it('of the gate has the same outcome as recorded', () => {
    expect(verdict.rules.map(({ rule }) => rule)).not.toContain('inputs');
    expect(replay(allowed, gateInputs)).toEqual({ result: 'same' });
  });

  it('of the gate may state more beside the verdict', () => {
    const outcome = { verdict, before: plan.change.from } as unknown as Json;
    const begun = chained({ kind: 'action-allowed', inputsHash: jsonHash(gateInputs), outcome });
    expect(replay(begun, gateInputs)).toEqual({ result: 'same' });
  });

  it('of a verification has the same outcome as recorded', () => {
    const path = { start: NOW, stepSeconds: 300, levels: [0.1, 0.5, 0.9], breachProbability: 0.9 };
    const forecast = { ...path, issuedAt: NOW - 60, quantiles: [[96], [97], [98]] };
    const points = Array.from({ length: 12 }, (_, n) => ({ at: NOW + n * 300, value: 60 }));
    const inputs = VerificationInputs.parse({
      ...{ now: NOW + 7200, troubleSince: NOW - 600, beganAt: NOW, doneAt: NOW + 60, settleSeconds: 300 },
      ...{ deadline: NOW + 3600, stepSeconds: 300, metric: 'cpu', harm: { direction: 'above', limit: 95 } },
      ...{ targets: [{ targetId: 'web-1', forecast, points }], peers: [] },
    });
    const outcome = verify(inputs) as unknown as Json;
    expect(outcome).toMatchObject({ verdict: expect.any(String) });
    const verified = chained({ kind: 'verified', inputsHash: jsonHash(inputs), outcome });
    expect(replay(verified, inputs)).toEqual({ result: 'same' });
  });

  it('of the healing of an alarm has the same outcome as recorded', () => {
    const inputs = HealingInputs.parse({
      ...{ healingId: 'healing-1', now: NOW, ledger: sampleLedger, killSwitch: sampleSwitch },
      plan: { alarm: 'DeadLetters', action: 'redrive-dead-letters', resource: 'sqs-queue:dead' },
    });
    const outcome = { plan: inputs.plan, refusals: [...judgeHealing(inputs)] };
    expect(outcome.refusals).not.toEqual([]);
    const refused = chained({ kind: 'healing-refused', inputsHash: jsonHash(inputs), outcome });
    expect(replay(refused, inputs)).toEqual({ result: 'same' });
  });

  it('differs where its outcome was not what its inputs give', () => {
    const outcome = { ...verdict, mode: 'act' } as unknown as Json;
    const forged = chained({ kind: 'action-allowed', inputsHash: jsonHash(gateInputs), outcome });
    expect(replay(forged, gateInputs)).toEqual({
      result: 'different',
      differences: [{ path: '$.mode', recorded: 'act', computed: verdict.mode }],
    });
  });

  it('is unusable if anything of its record was edited or is missing', () => {
    expect(replay({ ...allowed, at: NOW + 1 }, gateInputs)).toMatchObject({ result: 'unusable' });
    expect(replay(allowed, undefined)).toMatchObject({ reason: expect.stringContaining('are missing') });
    const other = { plan, world: { ...world, now: NOW + 1 } } as unknown as Json;
    expect(replay(allowed, other)).toMatchObject({ reason: expect.stringContaining('were edited') });
  });

  it('is unusable if its inputs are not those of its kind', () => {
    const strange = chained({ kind: 'action-allowed', inputsHash: jsonHash({ cpu: 96 }) });
    expect(replay(strange, { cpu: 96 })).toMatchObject({
      ...{ result: 'unusable', reason: expect.stringContaining('cannot compute it from its inputs') },
    });
  });

  it('is not computed if people decided, or if it records what happened', () => {
    expect(replay(chained({ kind: 'approved', inputsHash: null }), undefined)).toEqual({
      result: 'not-computed',
    });
    expect(replay(chained({ kind: 'action-begun' }), undefined)).toEqual({ result: 'not-computed' });
  });
});

describe('differences of JSON', () => {
  it('are none between equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonDifferences(value, structuredClone(value))).toEqual([]);
      }),
    );
  });

  it('are found in any two values with other canonical texts', () => {
    const values = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        fc.pre(jsonHash(a) !== jsonHash(b));
        expect(jsonDifferences(a, b)).not.toEqual([]);
      }),
    );
  });

  it('name their places', () => {
    const recorded = { a: [1, { b: null }], c: 1, e: [], f: {} };
    expect(jsonDifferences(recorded, { a: [1, { b: 0 }, 7], d: 1, e: {}, f: {} })).toEqual([
      { path: '$.a[1].b', recorded: null, computed: 0 },
      { path: '$.a[2]', recorded: undefined, computed: 7 },
      { path: '$.c', recorded: 1, computed: undefined },
      { path: '$.e', recorded: [], computed: {} },
      { path: '$.d', recorded: undefined, computed: 1 },
    ]);
  });
});
