import { describe, expect, it } from 'vitest';
import { ChoiceInputs } from '../../../../core/remediation/choosing/choice-inputs.ts';
import { type Choice, chooseAction } from '../../../../core/remediation/choosing/choose-action.ts';
import type { GateVerdict } from '../../../../core/remediation/gate/gate-world.ts';
import { planHash, type RemediationPlan } from '../../../../core/remediation/plan.ts';
import { type EnvironmentPolicy, RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { group, inputsWith, known, NOW, outcome, problem, service } from '../recommendation/samples.ts';

const policyWith = (environment: Partial<EnvironmentPolicy> = {}) =>
  RemediationPolicy.parse({
    environments: { prod: { stage: 'approve', maxUsdPerHour: 5, ...environment } },
    resources: [group(), service()].map(({ resource, action, parameters }) => ({
      ...{ resource, environment: 'prod', targets: ['web-1'] },
      actions: [{ action, parameters }],
    })),
  });

const choiceInputs = (
  changes: Partial<ChoiceInputs> = {},
  world: Partial<ChoiceInputs['world']> = {},
): ChoiceInputs => {
  const { now, track, planMinutes, ...rest } = inputsWith();
  return {
    ...rest,
    world: {
      ...{
        phase: 'choosing',
        now,
        policy: policyWith(),
        policyVersion: 3,
        killSwitch: null,
        track,
        errorBudget: null,
      },
      ceiling: {
        ...{ maxStage: 'automatic', maxUnitsPerRun: 10, maxActionsPerHour: 10 },
        actions: ['scale-out-group', 'scale-out-service'],
      },
      ...{ ledger: { entries: [] }, approvals: [], present: null },
      ...world,
    },
    ...changes,
  };
};

const choose = (changes: Partial<ChoiceInputs> = {}, world: Partial<ChoiceInputs['world']> = {}): Choice =>
  chooseAction(choiceInputs(changes, world), known);
const actionsOf = ({ judged }: Choice) => judged.map(({ action }) => action);
const stage = (value: EnvironmentPolicy['stage']) => ({ policy: policyWith({ stage: value }) });

describe('chooseAction', () => {
  it('asks for the best plan', () => {
    const choice = choose();
    expect(choice.outcome).toBe('ask');
    expect(choice.plan?.action.id).toBe('scale-out-service');
    expect(choice.planHash).toBe(planHash(choice.plan!));
    expect(choice.plan).toEqual(choice.recommendations[0]?.plan);
    expect(choice.verdict).toMatchObject({ mode: 'ask', needed: 1 });
    expect(choice.refusals).toEqual([]);
    expect(actionsOf(choice)).toEqual(['scale-out-service']);
    expect(choice.explanation).toBe(
      'scale-out-service on ecs-service:shop/checkout (desired tasks 4 → 6) needs an approval.',
    );
  });

  it('gives the plan the time that the policy states', () => {
    const { plan } = choose({}, { policy: policyWith({ planMinutes: 45 }) });
    expect(plan?.expiresAt).toBe(NOW + 45 * 60);
  });

  it('goes on to the next plan if the gate refuses the best', () => {
    const choice = choose({}, { policy: policyWith({ protectedResources: ['ecs-service:shop/checkout'] }) });
    expect(choice.outcome).toBe('ask');
    expect(choice.plan?.action.id).toBe('scale-out-group');
    expect(choice.planHash).toBe(choice.judged[1]?.planHash);
    expect(actionsOf(choice)).toEqual(['scale-out-service', 'scale-out-group']);
    expect(choice.judged[0]?.verdict.refusals.map(({ rule }) => rule)).toEqual(['protected-resource']);
  });

  it('records what the gate said about each plan if it refuses all', () => {
    const killSwitch = { isOn: true, reason: 'migration', by: 'ann', at: NOW };
    const choice = choose({}, { killSwitch });
    expect(choice).toMatchObject({ outcome: 'refused', plan: { action: { id: 'scale-out-service' } } });
    expect(choice.planHash).toBe(choice.judged[0]?.planHash);
    expect(choice.judged.map(({ verdict }) => verdict.mode)).toEqual(['refused', 'refused']);
    expect(choice.refusals).toEqual(choice.judged[0]?.verdict.refusals);
    expect(choice.explanation).toMatch(
      /^The gate refused all 2 plans; the best was scale-out-service on .*: the kill switch is on: migration\.$/,
    );
    expect(choose({ candidates: [group()] }, { killSwitch }).explanation).toMatch(
      /^The gate refused the plan; /,
    );
  });

  it('only suggests in the stage suggest', () => {
    const choice = choose({}, stage('suggest'));
    expect(choice).toMatchObject({ outcome: 'suggest', verdict: { mode: 'suggest' } });
    expect(choice.explanation).toMatch(/ is suggested to people\.$/);
  });

  it('acts alone in the stage automatic after the action has proved itself', () => {
    const proven = Array.from({ length: 12 }, (_, index) => outcome({ at: NOW - 1000 - index }));
    const track = { outcomes: proven };
    const choice = choose({ candidates: [group()] }, { ...stage('automatic'), track });
    expect(choice.outcome).toBe('act');
    expect(choice.explanation).toMatch(/ may be carried out\.$/);
    expect(choice.plan?.expectedSuccess).toBeGreaterThan(0.9);
    expect(choose({}, stage('automatic')).outcome).toBe('ask');
  });

  it.each([
    ['the environment', stage('observe')],
    [
      'the deployment',
      {
        ceiling: {
          maxStage: 'observe',
          actions: ['scale-out-service'],
          maxUnitsPerRun: 9,
          maxActionsPerHour: 9,
        },
      },
    ],
  ] as const)('chooses nothing while %s observes, and records the best plan', (_, world) => {
    const choice = choose({}, world as Partial<ChoiceInputs['world']>);
    expect(choice).toMatchObject({
      outcome: 'nothing',
      plan: { action: { id: 'scale-out-service' } },
      verdict: { mode: 'refused' },
    });
    expect(choice.planHash).toBe(planHash(choice.plan!));
    expect(choice.recommendations).toHaveLength(2);
    expect(choice.judged).toHaveLength(1);
    expect(choice.refusals).toEqual(choice.verdict?.refusals);
    expect(choice.explanation).toMatch(/^The stage is observe; otherwise scale-out-service on /);
  });

  it.each<[string, Partial<ChoiceInputs>, string | RegExp]>([
    ['the problem is over', { problem: { absent: 'The warning ended.' } }, 'The warning ended.'],
    ['no resource is managed', { environment: null }, 'The policy manages no resource of web-1.'],
    [
      'the alert type is unknown',
      { problem: { ...problem, alertType: 'haunted' } },
      'The alert type haunted is unknown.',
    ],
    [
      'only people can help',
      { problem: { ...problem, alertType: 'certificate-expiry' } },
      'Only people can help. Its owner renews a certificate.',
    ],
    ['no action is allowed', { candidates: [] }, 'The policy allows no action against cpu-high.'],
    [
      'no action applies',
      { candidates: [group({ reading: { unreadable: 'throttled' } })] },
      'No allowed action applies: scale-out-group on auto-scaling-group:web: the state of the resource cannot be read: throttled.',
    ],
  ])('chooses nothing if %s', (_, changes, explanation) => {
    const choice = choose(changes);
    expect(choice).toMatchObject({
      ...{ outcome: 'nothing', plan: null, planHash: null, verdict: null, refusals: [], judged: [] },
      recommendations: [],
    });
    expect(choice.explanation).toBe(explanation);
    expect(choice.passedOver).toHaveLength(explanation.toString().startsWith('No allowed') ? 1 : 0);
  });

  it('plans what a person asks for whatever the alert type says', () => {
    const { action, resource } = group();
    const cause = {
      ...{ kind: 'request' as const, requestId: 'q1', action, resource },
      ...{ reason: 'sale', requestedBy: 'ann' },
    };
    for (const alertType of ['haunted', 'certificate-expiry'])
      expect(choose({ cause, problem: { ...problem, alertType } })).toMatchObject({
        outcome: 'ask',
        plan: { action: { id: 'scale-out-group' } },
      });
  });

  it.each([
    ['there is none', null],
    ['it is malformed', { environments: 'all' }],
    ['it lost the environment', { environments: { dev: { stage: 'approve' } } }],
    ['the environment is named like a method', { environments: {} }],
  ])('lets the gate refuse everything if the policy cannot be used: %s', (_, policy) => {
    const choice = choose({}, { policy });
    expect(choice.outcome).toBe('refused');
    expect(choice.judged).toHaveLength(2);
    expect(choice.judged.every(({ verdict }) => verdict.mode === 'refused')).toBe(true);
  });

  it('does not take what every object has for an environment', () => {
    expect(choose({ environment: 'constructor' }).outcome).toBe('refused');
  });

  it('asks the gate with exactly the plan and the world that are recorded', () => {
    const asked: [RemediationPlan, unknown][] = [];
    const verdict: GateVerdict = { mode: 'act', needed: 0, refusals: [], rules: [] };
    const inputs = choiceInputs();
    const choice = chooseAction(inputs, known, (plan, world) => {
      asked.push([plan, world]);
      return verdict;
    });
    expect(asked).toEqual([[choice.plan, inputs.world]]);
    expect(choice.verdict).toBe(verdict);
  });

  it('says so if the gate gives no reason', () => {
    const verdict: GateVerdict = { mode: 'refused', needed: 0, refusals: [], rules: [] };
    expect(chooseAction(choiceInputs(), known, () => verdict).explanation).toMatch(/: no reason given\.$/);
  });
});

describe('ChoiceInputs', () => {
  it('give the same choice from their JSON, bit for bit', () => {
    const inputs = choiceInputs({}, { track: { outcomes: [outcome()] } });
    const recorded = ChoiceInputs.parse(JSON.parse(JSON.stringify(inputs)));
    expect(JSON.stringify(chooseAction(recorded, known))).toBe(JSON.stringify(chooseAction(inputs, known)));
  });

  it('have no place for a reader, so that role, skill and preference cannot change what is chosen', () => {
    const reader = { role: 'admin', skill: 'expert', preference: 'fast' };
    expect(ChoiceInputs.safeParse(choiceInputs()).success).toBe(true);
    expect(ChoiceInputs.safeParse({ ...choiceInputs(), reader }).success).toBe(false);
  });

  it('are for choosing, not for acting', () => {
    const inputs = choiceInputs();
    const acting = { ...inputs, world: { ...inputs.world, phase: 'acting' } };
    expect(ChoiceInputs.safeParse(acting).success).toBe(false);
  });
});
