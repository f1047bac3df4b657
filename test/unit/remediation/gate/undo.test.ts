import { describe, expect, it } from 'vitest';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judgeUndo } from '../../../../core/remediation/gate/undo.ts';
import { UndoInputs, undoInputsOf } from '../../../../core/remediation/gate/undo-inputs.ts';
import { planHash, type RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { EnvironmentPolicy } from '../../../../core/remediation/policy.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import { HOUR_SECONDS, WEEK_SECONDS } from '../../../../core/shared/time.ts';
import { sampleRemediation } from '../stored-samples.ts';
import {
  anApproval,
  anEntry,
  aPlan,
  aPolicy,
  aWorld,
  FIVE,
  NOW,
  person,
  planOf,
  RESOURCE,
} from './allowed-world.ts';

const SIX = { ...FIVE, desired: 6, inService: 6 };
const BEGAN_AT = NOW - 600;
const ACTED = anEntry({
  ...{ remediationId: 'r-1', action: 'scale-out-group', resource: RESOURCE, at: BEGAN_AT, result: 'running' },
});

const execution = { before: FIVE, beganAt: BEGAN_AT, doneAt: BEGAN_AT + 60, undo: null };
/** Its verification found harm. */
const harmful = (over: Partial<Remediation> = {}, plan: RemediationPlan = aPlan()): Remediation =>
  sampleRemediation({ plan, planHash: planHash(plan), status: 'undoing', execution, ...over });
/** It ended well, and Ada wants it undone all the same. */
const requested = (over: Partial<Remediation> = {}): Remediation =>
  harmful({ status: 'succeeded', undoRequest: { needed: 1, approvals: [anApproval()] }, ...over });

const world = (over: Partial<GateWorld> = {}): GateWorld =>
  aWorld({ present: SIX, ledger: { entries: [ACTED] }, approvals: [], ...over });
const ended = (...more: Parameters<typeof anEntry>[0][]): GateWorld['ledger'] => ({
  entries: [{ ...ACTED, result: 'succeeded' }, ...more.map(anEntry)],
});

/** The rules that refuse. What is refused is not allowed, has no change, and says for each rule how it was judged. */
const refusing = (remediation: Remediation, over: Partial<GateWorld> = {}): readonly string[] => {
  const { allowed, change, refusals, rules } = judgeUndo(remediation, world(over));
  expect(allowed).toBe(refusals.length === 0);
  expect(change === null).toBe(refusals.length > 0);
  expect(rules.filter(({ passed }) => !passed).map(({ rule, detail }) => [rule, detail])).toEqual(
    refusals.map(({ rule, reason }) => [rule, reason]),
  );
  return refusals.map(({ rule }) => rule);
};

describe('an action that did harm', () => {
  it('is undone from the present state', () => {
    const verdict = judgeUndo(harmful(), world({ present: { ...SIX, inService: 2 } }));
    expect(verdict).toMatchObject({
      ...{ allowed: true, refusals: [] },
      change: { from: { inService: 2 }, to: FIVE, summary: 'desired instances 6 → 5', touches: 1 },
    });
    expect(verdict.rules).toHaveLength(16);
    expect(verdict.rules.every(({ passed, detail }) => passed && detail === '')).toBe(true);
  });

  it('is undone without approvals, whatever the limits and frozen times are', () => {
    const freezeWindows = [
      { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '00:00', reason: '' },
    ] as EnvironmentPolicy['freezeWindows'];
    const policy = aPolicy({
      ...{ maxUnitsPerRun: 1, maxUnitsPerWindow: 1, maxResourcesPerWindow: 1, maxActionsPerHour: 1 },
      freezeWindows,
    });
    const others = [anEntry(), anEntry({ remediationId: 'r-9', resource: 'ecs-service:shop/web' })];
    const ledger = { entries: [...others, ACTED] };
    expect(refusing(harmful(), { policy, ledger })).toEqual([]);
    expect(refusing(requested({ status: 'unproven' }), { policy, ledger })).toEqual([
      ...['freeze', 'units-per-window', 'resources-per-window', 'actions-per-hour'],
    ]);
  });

  it('keeps the limits if it would touch more than the action did', () => {
    const ledger = { entries: [{ ...ACTED, units: 1 }] };
    const plan = aPlan({ change: { ...aPlan().change, from: { ...FIVE, desired: 4 } } });
    const policy = aPolicy({ maxUnitsPerRun: 1 });
    expect(refusing(harmful({}, plan), { ledger, policy })).toEqual(['units-per-run']);
    expect(refusing(harmful({}, plan), { ledger: { entries: [{ ...ACTED, units: 2 }] }, policy })).toEqual(
      [],
    );
  });
});

describe('undoing is refused', () => {
  const isOn = { isOn: true, reason: 'migration', by: 'ada', at: NOW };

  it.each<[string, readonly string[], Partial<GateWorld>]>([
    ['by the kill switch', ['kill-switch'], { killSwitch: isOn }],
    ['by a stage without actions', ['stage'], { policy: aPolicy({ stage: 'suggest' }) }],
    ['by the stage of the deployment', ['stage'], { ceiling: { ...aWorld().ceiling, maxStage: 'observe' } }],
    [
      'if the action is no longer deployed',
      ['deployed-action'],
      { ceiling: { ...aWorld().ceiling, actions: [] } },
    ],
    [
      'of a protected resource',
      ['protected-resource'],
      { policy: aPolicy({ protectedResources: [RESOURCE] }) },
    ],
    [
      'with other parameters',
      ['stated-parameters'],
      {
        policy: aPolicy(
          {},
          { actions: [{ action: 'scale-out-group', parameters: { max: 11 }, approval: 'always' }] },
        ),
      },
    ],
    ['without a policy', ['policy'], { policy: null }],
    [
      'of a resource that is no longer managed',
      ['managed-resource'],
      { policy: aPolicy({}, { environment: 'office' }) },
    ],
    ['if the ledger lacks the action', ['reserved'], { ledger: { entries: [] } }],
    ['if the ledger has another action', ['reserved'], { ledger: { entries: [{ ...ACTED, action: 'x' }] } }],
    [
      'if the ledger has another resource',
      ['reserved'],
      { ledger: { entries: [{ ...ACTED, resource: 'ec2-instance:i-01234567' }] } },
    ],
    ['if the state is not known', ['present-state'], { present: null }],
    ['if others changed the resource', ['can-be-undone'], { present: { ...SIX, desired: 7 } }],
    [
      'if another remediation changed the resource since',
      ['is-newest'],
      { ledger: ended({ resource: RESOURCE, at: NOW - 60 }) },
    ],
    [
      'while another remediation runs',
      ['resource-is-free'],
      { ledger: ended({ resource: RESOURCE, at: 0, result: 'running' }) },
    ],
    [
      'if it was tried already',
      ['undoes-once'],
      { ledger: ended({ ...ACTED, kind: 'undo', result: 'failed' }) },
    ],
  ])('%s', (_, rules, over) => {
    expect(refusing(harmful(), over)).toEqual(rules);
  });

  it.each<[string, readonly string[], Partial<Remediation>]>([
    ['if nothing was planned', ['has-acted'], { plan: null }],
    ['if nothing was carried out', ['has-acted'], { execution: null }],
    ['if nothing began', ['has-acted'], { execution: { ...execution, beganAt: null } }],
    ['of another plan', ['plan-hash'], { planHash: planHash(aPlan({ expectedSuccess: 0.1 })) }],
    ['of the plan of another remediation', ['plan-hash'], { remediationId: 'r-2' }],
    [
      'if it is undone',
      ['undoes-once'],
      {
        execution: { ...execution, undo: { change: aPlan().change, reason: '', beganAt: NOW, doneAt: NOW } },
      },
    ],
  ])('%s', (_, rules, over) => {
    expect(refusing(harmful(over))).toEqual(rules);
  });

  it('of what cannot be read', () => {
    expect(refusing(harmful({ status: 'done' as 'undone' }))).toEqual(['inputs']);
    expect(judgeUndo(harmful({ plan: null }), world())).toMatchObject({
      ...{ allowed: false, change: null },
      rules: [{ rule: 'has-acted', passed: false, detail: 'the remediation changed nothing' }],
    });
  });

  it('of another version of the action', () => {
    const plan = aPlan({ action: { id: 'scale-out-group', version: 2 } });
    expect(refusing(harmful({}, plan))).toEqual(['action-version']);
  });

  it('of what cannot be undone', () => {
    const from = { generation: 'a', units: 2, isBusy: false };
    const resource = 'ecs-service:shop/api';
    const plan = planOf('restart-service', {}, from, { resource });
    const policy = aPolicy(
      {},
      { resource, actions: [{ action: 'restart-service', parameters: {}, approval: 'by-risk' }] },
    );
    const ledger = { entries: [{ ...ACTED, action: 'restart-service', resource }] };
    expect(refusing(harmful({}, plan), { policy, ledger, present: from })).toEqual(['can-be-undone']);
  });

  it('if the plan has a state that the action does not have', () => {
    const change = { ...aPlan().change, from: { desired: 5 } };
    expect(refusing(harmful({}, aPlan({ change })))).toEqual(['present-state']);
  });

  it('a week after the action', () => {
    const at = (seconds: number) => refusing(harmful(), { ledger: { entries: [{ ...ACTED, at: seconds }] } });
    expect(at(NOW - WEEK_SECONDS)).toEqual(['is-recent']);
    expect(at(NOW - WEEK_SECONDS + 1)).toEqual([]);
  });

  it('not by earlier changes of the resource, or by those of other resources', () => {
    const other = (over: Parameters<typeof anEntry>[0]) => refusing(harmful(), { ledger: ended(over) });
    expect(other({ resource: RESOURCE, at: ACTED.at - 59 })).toEqual(['is-newest']);
    expect(other({ resource: RESOURCE, at: ACTED.at - 60 })).toEqual([]);
    expect(other({ at: NOW, result: 'running' })).toEqual([]);
  });

  it('not by its own reservation, wherever it is in the ledger', () => {
    expect(refusing(harmful(), { ledger: ended({ ...ACTED, kind: 'undo', at: NOW }) })).toEqual([]);
    const first = anEntry({ ...ACTED, kind: 'undo', units: 9, action: 'scale-out-group' });
    expect(refusing(harmful(), { ledger: { entries: [{ ...first, at: 1 }, ACTED] } })).toEqual([]);
    expect(refusing(harmful(), { ledger: { entries: [first] } })).toEqual(['reserved']);
  });
});

describe('a refusal says what was found and what would change it:', () => {
  const BY_HAND = 'restore the resource by hand';
  const said = (remediation: Remediation, over: Partial<GateWorld> = {}) =>
    judgeUndo(remediation, world(over)).refusals.map(({ reason, remedy }) => [reason, remedy]);

  it.each<readonly [reason: string, remedy: string, remediation: Partial<Remediation>, Partial<GateWorld>]>([
    ['the remediation changed nothing', 'nothing has to be done', { execution: null }, {}],
    ['the plan is not the one that was carried out', BY_HAND, { planHash: 'a'.repeat(64) }, {}],
    ['the ledger does not have the action (any more)', BY_HAND, {}, { ledger: { entries: [] } }],
    ['the present state of the resource is not known', BY_HAND, {}, { present: null }],
    [
      'the stage is suggest',
      'raise the stage of the environment and of the deployment',
      {},
      { policy: aPolicy({ stage: 'suggest' }) },
    ],
    [
      'it was undone already, or undoing it failed',
      BY_HAND,
      {},
      { ledger: ended({ ...ACTED, kind: 'undo', result: 'failed' }) },
    ],
    ['the action was more than a week ago', BY_HAND, {}, { ledger: { entries: [{ ...ACTED, at: 1 }] } }],
    [
      'another remediation of auto-scaling-group:web is running',
      'wait until it has ended',
      {},
      { ledger: ended({ resource: RESOURCE, at: 0, result: 'running' }) },
    ],
    [
      'another remediation changed auto-scaling-group:web since',
      BY_HAND,
      {},
      { ledger: ended({ resource: RESOURCE, at: NOW - 60 }) },
    ],
    [
      'approvals: 0 of 1',
      'approval by people',
      { status: 'succeeded', undoRequest: { needed: 1, approvals: [] } },
      {},
    ],
  ])('%s', (reason, remedy, remediation, over) => {
    expect(said(harmful(remediation), over)).toEqual([[reason, remedy]]);
  });
});

describe('undoing on request', () => {
  const by = (...approvals: Parameters<typeof anApproval>[0][]) =>
    refusing(
      requested({ undoRequest: { needed: 1, approvals: approvals.map((each) => anApproval(each)) } }),
      { ledger: ended() },
    );

  it('needs the approval of a person', () => {
    expect(by({})).toEqual([]);
    expect(by()).toEqual(['approved']);
    expect(by({ by: { kind: 'key', name: 'ada' } })).toEqual(['approved']);
    expect(refusing(requested({ undoRequest: null }), { ledger: ended() })).toEqual(['approved']);
  });

  it('needs an approval of this plan that came after the action, and not long ago', () => {
    expect(by({ planHash: '0'.repeat(64) })).toEqual(['approved']);
    expect(by({ at: BEGAN_AT - 1 })).toEqual(['approved']);
    expect(by({ at: BEGAN_AT })).toEqual([]);
    const late = { ...execution, beganAt: NOW - 9 * HOUR_SECONDS };
    const at = (seconds: number) =>
      refusing(
        requested({ execution: late, undoRequest: { needed: 1, approvals: [anApproval({ at: seconds })] } }),
        { ledger: ended() },
      );
    expect(at(NOW - 1801)).toEqual(['approved']);
    expect(at(NOW - 1800)).toEqual([]);
  });

  it('counts as a further effect beside the action, but its own reservation does not count twice', () => {
    const policy = aPolicy({ maxUnitsPerWindow: 2, maxActionsPerHour: 2 });
    expect(refusing(requested(), { policy, ledger: ended({ ...ACTED, kind: 'undo' }) })).toEqual([]);
    expect(refusing(requested(), { policy, ledger: ended({ at: NOW - 60 }) })).toEqual([
      ...['units-per-window', 'actions-per-hour'],
    ]);
    expect(
      refusing(requested(), {
        policy,
        ledger: ended(),
        ceiling: { ...aWorld().ceiling, maxActionsPerHour: 1 },
      }),
    ).toEqual(['actions-per-hour']);
    expect(refusing(requested(), { policy: aPolicy({ maxUnitsPerWindow: 1 }), ledger: ended() })).toEqual([
      'units-per-window',
    ]);
  });

  it('needs two people for a high risk', () => {
    const resource = 'load-balancer-listener:app/shop/0123456789abcdef/0123456789abcdef';
    const from = { weights: { blue: 100, green: 0 }, healthy: { blue: 2, green: 2 } };
    const parameters = { from: 'blue', to: 'green' };
    const plan = planOf('shift-traffic', parameters, from, { resource });
    const actions = [{ action: 'shift-traffic', parameters, approval: 'by-risk' as const }];
    const names = (...people: string[]) =>
      refusing(
        harmful(
          {
            status: 'succeeded',
            undoRequest: {
              needed: 2,
              approvals: people.map((name) => anApproval({ by: person(name) }, plan)),
            },
          },
          plan,
        ),
        {
          ...{ policy: aPolicy({}, { resource, actions }), present: plan.change.to },
          ledger: { entries: [{ ...ACTED, action: 'shift-traffic', resource, result: 'succeeded' }] },
          ceiling: { ...aWorld().ceiling, actions: ['shift-traffic'] },
        },
      );
    expect(names('ada', 'ADA')).toEqual(['approved']);
    expect(names('ada', 'bob')).toEqual([]);
  });
});

describe('the recorded inputs of an undoing', () => {
  it('give the same verdict again, and hold no token of the workflow', () => {
    const approval = {
      ...{
        planHash: '0'.repeat(64),
        askedAt: 1,
        expiresAt: 2,
        needed: 1 as const,
        approvals: [],
        rejection: null,
      },
      taskToken: 'secret-token',
    };
    const run = harmful({ approval });
    const recorded = JSON.stringify(undoInputsOf(run, world()));
    expect(recorded).not.toContain('secret-token');
    const again = UndoInputs.parse(JSON.parse(recorded));
    expect(judgeUndo(again.remediation, again.world)).toEqual(judgeUndo(run, world()));
  });
});
