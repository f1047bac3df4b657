import { describe, expect, it } from 'vitest';
import { presentAutonomy, presentPolicy } from '../../../core/remediation/api/present-policies.ts';
import { concerns, recommendationsIn } from '../../../core/remediation/api/present-recommendations.ts';
import { presentRemediationDetail } from '../../../core/remediation/api/present-remediation.ts';
import { RemediationView } from '../../../core/remediation/api/remediations.ts';
import { approvalScreen } from '../../../core/remediation/approval/approval-screen.ts';
import { openQuestionOf } from '../../../core/remediation/approval/open-question.ts';
import { refuseOtherHash } from '../../../core/remediation/approval/who-may-answer.ts';
import { planHash, type RemediationPlan } from '../../../core/remediation/plan.ts';
import { RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { Remediation } from '../../../core/remediation/remediation.ts';
import { NO_RECORD } from '../../../core/remediation/track-record.ts';
import { askedRun, doneRun, person } from './approval/asked-world.ts';
import { decision } from './audit/decision-samples.ts';
import { CEILING } from './handlers/remediation-api.ts';
import { NOW, samplePlan, sampleRemediation, sampleSwitch } from './stored-samples.ts';

const view = (run: Remediation): RemediationView => RemediationView.parse(presentRemediationDetail(run));
const screenOf = (run: Remediation) =>
  approvalScreen(view(run))
    .map((line) => line.trim())
    .join(' ');
const planned = (over: Partial<RemediationPlan>): Partial<Remediation> => {
  const plan = samplePlan(over);
  return { plan, planHash: planHash(plan) };
};
const approval = (name: string, keyId?: string) => ({
  ...{ planHash: planHash(samplePlan()), at: NOW, reason: 'fine' },
  by: keyId === undefined ? person(name) : { kind: 'key' as const, name, keyId },
});

describe('the view of a remediation', () => {
  it('shows the whole course of one that was undone', () => {
    const shown = view(
      doneRun({
        status: 'undone',
        execution: {
          ...{ before: { desired: 5 }, beganAt: NOW, doneAt: NOW + 60 },
          undo: { change: samplePlan().change, reason: 'slower', beganAt: NOW + 900, doneAt: NOW + 960 },
        },
        undoRequest: { needed: 1, approvals: [approval('ci', 'k-1')] },
        verification: {
          ...{ verdict: 'worse', probabilityAvoided: 0.1, points: 6, newestAt: NOW + 800, at: NOW + 810 },
          evidence: ['cpu rose'],
        },
      }),
    );
    expect(shown).toMatchObject({
      execution: {
        ...{
          before: { desired: 5 },
          beganAt: '2026-11-21T10:05:00.000Z',
          doneAt: '2026-11-21T10:06:00.000Z',
        },
        undo: { reason: 'slower', doneAt: '2026-11-21T10:21:00.000Z' },
      },
      undoRequest: { needed: 1, approvals: [{ by: { kind: 'key', name: 'ci', keyId: 'k-1' } }] },
      verification: { verdict: 'worse', probabilityAvoided: 0.1, newestAt: '2026-11-21T10:18:20.000Z' },
    });
  });

  it('of an action that left the catalogue still names it', () => {
    const shown = view(askedRun(planned({ action: { id: 'gone-action', version: 1 } })));
    expect(shown.plan?.action).toEqual({
      id: 'gone-action',
      version: 1,
      title: 'gone-action',
      description: '',
    });
  });
});

describe('the screen of a question', () => {
  it('tells a harm that is there, several units, no parameters, and what no answer means', () => {
    const problem = { ...samplePlan().problem, impactAt: null };
    const change = { ...samplePlan().change, touches: 3 };
    const text = screenOf(askedRun(planned({ problem, change, parameters: {} })));
    expect(text).toContain('the harm is there; acts in 5 min');
    expect(text).toContain('3 units of auto-scaling-group:web, nothing else');
    expect(text).toContain('Parameters none');
    expect(text).toContain('nothing is changed; the problem goes on');
  });

  it('tells who has approved already, or that nobody is asked', () => {
    const two = askedRun({}, { needed: 2, approvals: [approval('ada')] });
    expect(screenOf(two)).toContain('1 of 2 approvals (ada), until 2026-11-21 10:35 UTC');
    expect(screenOf(sampleRemediation())).toContain('nobody is asked yet');
  });
});

describe('the question that is open', () => {
  it('is about the plan until it expires', () => {
    const run = askedRun();
    const open = { question: 'plan', planHash: run.planHash, askedAt: NOW, until: NOW + 1800 };
    expect(openQuestionOf(run, NOW)).toEqual(open);
    expect(() => openQuestionOf(run, NOW + 1800)).toThrow('r-1 is awaiting-approval: nothing is asked');
    expect(() => openQuestionOf({ ...run, status: 'acting' }, NOW)).toThrow(
      'r-1 is acting: nothing is asked',
    );
  });

  it('is about to be asked in the time between the choice and the question', () => {
    expect(() => openQuestionOf({ ...askedRun(), approval: null }, NOW)).toThrow(
      'remediation r-1 is about to ask: try again in some seconds',
    );
  });

  it('is named by the view, and the screen says so if it is about an undoing', () => {
    const undo = doneRun({ undoRequest: { needed: 1, approvals: [] } });
    expect([view(askedRun()).question, view(undo).question, view(doneRun()).question]).toEqual([
      ...['plan', 'undo', undefined],
    ]);
    expect(screenOf(undo)).toMatch(/^Question +whether to UNDO this change/);
    expect(screenOf(askedRun())).not.toContain('UNDO');
  });

  it('is about the undoing for an hour once somebody wants it, until it began', () => {
    const run = doneRun({ undoRequest: { needed: 1, approvals: [], askedAt: NOW - 5 } });
    const open = { question: 'undo', planHash: run.planHash, askedAt: NOW - 5, until: NOW + 3600 };
    expect(openQuestionOf(run, NOW)).toEqual(open);
    expect(openQuestionOf({ ...run, execution: null }, NOW)).toMatchObject({ planHash: run.planHash });
    expect(() => openQuestionOf({ ...run, planHash: null }, NOW)).toThrow('nothing is asked');
    const undo = { change: samplePlan().change, reason: '', beganAt: NOW, doneAt: null };
    const begun = { ...run, execution: { ...run.execution!, undo } };
    expect(() => openQuestionOf(begun, NOW)).toThrow('nothing is asked');
  });

  it('is not answered for another plan, or for none', () => {
    expect(() => refuseOtherHash('a', 'a')).not.toThrow();
    expect(() => refuseOtherHash('a', 'b')).toThrow(
      'the plan has the hash a, not b: show the remediation again',
    );
    expect(() => refuseOtherHash(null, 'b')).toThrow('the plan has the hash of none, not b');
  });
});

describe('the view of what is allowed', () => {
  it('of a tenant without a policy is nothing', () => {
    expect(presentPolicy({ item: undefined, revision: 0 })).toEqual({ version: 0, policy: null });
    const steering = { policy: undefined, killSwitch: undefined, track: NO_RECORD };
    expect(presentAutonomy(steering, CEILING, NOW)).toEqual({ killSwitch: false, environments: [] });
  });

  it('says why an action never acts alone, in the order of environments', () => {
    const actions = ['no-such-action', 'roll-back-service', 'restart-service', 'scale-out-group'];
    const policy = RemediationPolicy.parse({
      environments: { shop: { stage: 'automatic' }, lab: { stage: 'observe' } },
      resources: [
        {
          ...{ resource: 'ecs-service:shop/web', environment: 'shop', targets: ['web-1'] },
          actions: actions.map((action) => ({ action })),
        },
      ],
    });
    const shown = presentAutonomy({ policy, killSwitch: sampleSwitch, track: NO_RECORD }, CEILING, NOW);
    expect(shown).toMatchObject({
      killSwitch: true,
      environments: [{ environment: 'lab' }, { environment: 'shop' }],
    });
    const missing = new Map(shown.environments[1]!.actions.map((each) => [each.action, each.missing]));
    expect(missing.get('no-such-action')).toBe('the catalogue does not have it');
    expect(missing.get('roll-back-service')).toMatch(/a person always approves it$/);
    expect(missing.get('restart-service')).toMatch(/^it has 0 of \d+ proven outcomes/);
    expect(shown.environments[1]!.actions.every(({ stage }) => stage === 'approve')).toBe(true);
  });
});

describe('what a remediation is about', () => {
  it('is the targets of its plan, else that of its cause', () => {
    const unplanned = sampleRemediation({ plan: null });
    expect([concerns(sampleRemediation(), 'web-1'), concerns(sampleRemediation(), 'web-2')]).toEqual([
      true,
      false,
    ]);
    expect([concerns(unplanned, 'web-1'), concerns(unplanned, 'web-2')]).toEqual([true, false]);
    const cause = { kind: 'incident' as const, incidentId: 'i-1', reopened: 0 };
    expect(concerns({ ...unplanned, cause }, 'web-1')).toBe(false);
  });

  it('has no recommendations before a choice, or if the record cannot be read', () => {
    expect(recommendationsIn([])).toEqual([]);
    const decisions = [decision({ kind: 'plan-chosen', outcome: { recommendations: 'none' } })];
    const chained = decisions.map((each) => ({ ...each, sequence: 1, hash: '', previous: '' }) as never);
    expect(recommendationsIn(chained)).toEqual([]);
  });
});
