import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import { RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { Known } from '../../../../core/remediation/recommendation/known.ts';
import { consider } from '../../../../core/remediation/recommendation/recommend.ts';
import { RecommendationInputs } from '../../../../core/remediation/recommendation/recommendation-inputs.ts';
import { group, HOUR, inputsWith, known, NOW, outcome, problem, service } from './samples.ts';

const recommend = (...given: Parameters<typeof consider>) => consider(...given).recommendations;

const only = (...candidates: readonly ReturnType<typeof group>[]) =>
  inputsWith({ candidates: [...candidates] });
const reasons = (...candidates: readonly ReturnType<typeof group>[]) =>
  consider(only(...candidates), known).passedOver.map(({ reason }) => reason);

describe('recommend', () => {
  it('turns a prediction into a complete plan', () => {
    const [first] = recommend(only(group({ parameters: { max: 10, usdPerUnitHour: 0.2 } })), known);
    expect(RemediationPlan.parse(first?.plan)).toEqual({
      tenantId: 'acme',
      remediationId: 'r-1',
      environment: 'prod',
      cause: inputsWith().cause,
      problem,
      action: { id: 'scale-out-group', version: findAction('scale-out-group')?.version },
      effect: 'adds-capacity',
      risk: 'low',
      reversibility: 'undo',
      resource: 'auto-scaling-group:web',
      parameters: { add: 1, max: 10, usdPerUnitHour: 0.2 },
      change: {
        from: { desired: 5, min: 2, max: 12, inService: 5 },
        to: { desired: 6, min: 2, max: 12, inService: 6 },
        summary: 'desired instances 5 → 6',
        touches: 1,
      },
      cost: { usdPerHour: 0.2, usdOnce: 0, basis: '$0.2 an hour for each unit, as the policy states' },
      minutes: { act: 5, settle: 10 },
      expectedSuccess: 0.7,
      policyVersion: 3,
      plannedAt: NOW,
      expiresAt: NOW + 1800,
    });
    expect(first).toMatchObject({ horizon: 'short', confidence: 0.87, expectedSuccess: 0.7 });
  });

  it('scores by confidence, success and the cost of the first day', () => {
    const [first] = recommend(only(group()), known);
    expect(first?.score).toBeCloseTo((0.87 * 0.7) / (1 + (24 * 0.2) / 50), 12);
  });

  it('says why and how', () => {
    const [first] = recommend(only(group()), known);
    expect(first?.why).toEqual([
      'cpu_percent of web-1 is forecast to pass 95 in six hours.',
      'The problem is 87 % certain.',
      'More units share the load.',
      'The action has no record for cpu-high; its chance of success is estimated at 70 % from like actions.',
      'Harm is expected in 6.0 hours, the effect of the action after 5 minutes, so in time.',
    ]);
    expect(first?.how).toEqual([
      'Scale out an Auto Scaling group: auto-scaling-group:web.',
      'Change: desired instances 5 → 6.',
      'It touches 1 unit, with low risk.',
      'It can be undone: the state before it is recorded and restored.',
      'It costs $0.2 per hour and $0 once ($0.2 an hour for each unit, as the policy states).',
      'The result is verified with metrics from 15 minutes after its start.',
    ]);
  });

  it('tells what the record says, and of harm that comes first', () => {
    const inputs = inputsWith({
      candidates: [service()],
      problem: { ...problem, impactAt: NOW + 60 },
      track: {
        outcomes: [
          outcome({ action: 'scale-out-service', at: NOW }),
          outcome({ action: 'scale-out-service', at: NOW, result: 'failed' }),
        ],
      },
    });
    const [first] = recommend(inputs, known);
    expect(first?.why[3]).toMatch(/^The action ended 1 of 2 problems of type cpu-high; .* is \d\d %\.$/);
    expect(first?.why[4]).toMatch(/^Harm is expected in 1 minutes, .* so after the harm has begun\.$/);
    expect(first?.how[2]).toBe('It touches 2 units, with low risk.');
    expect(first?.how[4]).toBe('It costs nothing ($0 an hour for each unit, as the policy states).');
    expect(first?.horizon).toBe('immediate');
  });

  it.each([null, NOW - HOUR])('takes harm at %s as there already', (impactAt) => {
    const [first] = recommend(inputsWith({ problem: { ...problem, impactAt } }), known);
    expect(first?.why.at(-1)).toMatch(
      /^The problem is there; the action takes effect after about \d+ minutes\.$/,
    );
    expect(first?.factors.inTime).toBeLessThan(1);
  });

  it('puts the best first, whatever the order of the candidates', () => {
    const candidates = [service(), group(), service({ action: 'restart-service' })];
    const failures = Array.from({ length: 5 }, () =>
      outcome({ action: 'scale-out-service', result: 'failed', at: NOW }),
    );
    const inputs = inputsWith({ candidates: candidates.slice(0, 2) });
    const before = recommend(inputs, known).map(({ plan }) => plan.action.id);
    const after = recommend({ ...inputs, track: { outcomes: failures } }, known);
    expect(before).toEqual(['scale-out-service', 'scale-out-group']);
    expect(after.map(({ plan }) => plan.action.id)).toEqual(['scale-out-group', 'scale-out-service']);
    const scores = after.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('does not depend on the order of the candidates', () => {
    const twins = ['a', 'b', 'c', 'd'].map((name) => group({ resource: `auto-scaling-group:${name}` }));
    fc.assert(
      fc.property(fc.shuffledSubarray(twins, { minLength: 4 }), (candidates) => {
        const found = recommend(only(...candidates), known).map(({ plan }) => plan.resource);
        expect(found).toEqual(twins.map(({ resource }) => resource));
      }),
    );
  });

  it('takes the place and the horizon of what helps', () => {
    const restart = service({
      ...{ action: 'restart-service', parameters: {} },
      reading: { state: { generation: '', units: 4, isBusy: false } },
    });
    const [first] = recommend(only(restart), known);
    expect(first).toMatchObject({ horizon: 'preventive', factors: { direct: 0.8 ** 2 } });
  });

  it('is the same for the recorded inputs as for the given ones', () => {
    const inputs = inputsWith({ track: { outcomes: [outcome()] } });
    const recorded = RecommendationInputs.parse(JSON.parse(JSON.stringify(inputs)));
    expect(JSON.stringify(recommend(recorded, known))).toBe(JSON.stringify(recommend(inputs, known)));
  });
});

describe('consider', () => {
  it.each([
    [group({ action: 'reverse-time' }), 'the catalogue has no action reverse-time'],
    [group({ resource: 'ecs-service:a/b' }), 'it acts on auto-scaling-group, not on ecs-service'],
    [group({ action: 'scale-in-group', parameters: { min: 1 } }), 'it does not help against cpu-high'],
    [group({ reading: { unreadable: 'throttled' } }), 'the state of the resource cannot be read: throttled'],
    [
      group({ reading: { state: { desired: 12, min: 2, max: 12, inService: 12 } } }),
      'it has 12 instances already, and at most 10 are allowed',
    ],
  ])('says why a candidate is passed over (%#)', (candidate, reason) => {
    expect(reasons(candidate)).toEqual([reason]);
    expect(consider(only(candidate), known)).toEqual({
      recommendations: [],
      passedOver: [{ action: candidate.action, resource: candidate.resource, reason }],
    });
  });

  it.each([
    [group({ parameters: { max: 0 } }), /^parameters: /],
    [group({ reading: { state: { desired: 'five' } } }), /^state of scale-out-group: /],
  ])('passes over what does not fit the schema of the action (%#)', (candidate, reason) => {
    expect(reasons(candidate)).toEqual([expect.stringMatching(reason)]);
  });

  it('knows no action against an unknown alert type', () => {
    const inputs = inputsWith({ problem: { ...problem, alertType: 'haunted' } });
    expect(consider(inputs, known).recommendations).toEqual([]);
  });

  it('plans what a person asks for, whether it helps against the alert type or not, and nothing else', () => {
    const asked = group({ action: 'scale-in-group', parameters: { min: 1 } });
    const cause = {
      kind: 'request' as const,
      ...{ requestId: 'q1', action: asked.action, resource: asked.resource },
      ...{ reason: 'night', requestedBy: 'ann' },
    };
    const other = { ...asked, resource: 'auto-scaling-group:api' };
    const { recommendations, passedOver } = consider(
      inputsWith({ cause, candidates: [asked, other, group()] }),
      known,
    );
    expect(recommendations.map(({ plan }) => [plan.action.id, plan.resource])).toEqual([
      ['scale-in-group', 'auto-scaling-group:web'],
    ]);
    expect(passedOver.map(({ reason }) => reason)).toEqual(['it was not asked for', 'it was not asked for']);
  });

  it('says that a person asked', () => {
    const { action, resource } = group();
    const cause = {
      kind: 'request' as const,
      ...{ requestId: 'q1', action, resource, reason: 'sale', requestedBy: 'ann' },
    };
    const [first] = recommend(inputsWith({ cause, problem: { ...problem, impactAt: null } }), known);
    expect(first?.why).toContain('ann asked for it: sale');
    expect(first).toMatchObject({ horizon: 'immediate', factors: { direct: 1 } });
  });

  it('learns from other actions of the same effect, and not from one that no longer exists', () => {
    const successAfter = (action: string) =>
      recommend(
        inputsWith({
          candidates: [group()],
          track: { outcomes: [outcome({ action, result: 'failed', at: NOW })] },
        }),
        known,
      )[0]?.expectedSuccess;
    expect(successAfter('scale-out-service')).toBeCloseTo((4 * 0.7) / 5, 12);
    expect(successAfter('retired')).toBe(0.7);
  });

  it('tells what is paid once, and of hours', () => {
    const action = findAction('scale-out-group')!;
    const dear: Known = {
      ...known,
      findAction: () => ({ ...action, cost: () => ({ usdPerHour: 0, usdOnce: 3, basis: 'a fee' }) }),
    };
    const at = (minutes: number) =>
      recommend({ ...only(group()), problem: { ...problem, impactAt: NOW + 60 * minutes } }, dear)[0];
    expect(at(120)?.how).toContain('It costs $0 per hour and $3 once (a fee).');
    expect(at(120)?.why.at(-1)).toContain('Harm is expected in 2.0 hours');
    expect(at(119)?.why.at(-1)).toContain('Harm is expected in 119 minutes');
    expect(at(5)?.why.at(-1)).toMatch(/so in time\.$/);
    expect(at(4)?.why.at(-1)).toMatch(/so after the harm has begun\.$/);
  });

  it('does not hide an error of its own', () => {
    const broken: Known = {
      ...known,
      findAction: (id) => {
        const action = known.findAction(id);
        return action === undefined
          ? undefined
          : {
              ...action,
              plan: () => {
                throw new TypeError('bug');
              },
            };
      },
    };
    expect(() => consider(inputsWith(), broken)).toThrow(new TypeError('bug'));
  });
});
