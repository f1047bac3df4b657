import { describe, expect, it } from 'vitest';
import { REMEDIATION_EVENTS } from '../../../../core/remediation/events.ts';
import { planHash } from '../../../../core/remediation/plan.ts';
import {
  REMEDIATION_STATUSES,
  type Remediation,
  type UndoRequest,
} from '../../../../core/remediation/remediation.ts';
import {
  approvalRequested,
  approved,
  describeUndo,
  ended,
  escalated,
  executed,
  rolledBack,
  suggested,
  undoRequested,
  verified,
} from '../../../../core/remediation/runs/announce.ts';
import { askedRun, doneRun, person } from '../approval/asked-world.ts';
import { NOW, samplePlan, sampleRemediation } from '../stored-samples.ts';

const approval = (at: number, name: string) => ({
  ...{ planHash: planHash(samplePlan()), at, reason: '', by: person(name) },
});
const verification = {
  ...{ verdict: 'avoided' as const, probabilityAvoided: 0.9, points: 6, newestAt: NOW, at: NOW + 900 },
  evidence: ['better'],
};
const { change } = samplePlan();
const undone = (doneAt: number | null) =>
  doneRun({
    status: 'undone',
    execution: {
      ...{ before: {}, beganAt: NOW, doneAt: NOW + 60 },
      undo: { change: { ...change, summary: '6 → 5' }, reason: 'worse', beganAt: NOW + 900, doneAt },
    },
  });

const toUndo = (over: Partial<UndoRequest> = {}) =>
  doneRun({
    undoRequest: {
      ...{ needed: 1, approvals: [], askedAt: NOW + 900 },
      ...{ asked: { by: person('ada'), reason: 'slower' }, ...over },
    },
  });

describe('an event of a remediation', () => {
  it.each([
    ['suggested', suggested, sampleRemediation({ status: 'suggested' })],
    ['asked', approvalRequested, askedRun()],
    ['approved', approved, askedRun({}, { approvals: [approval(NOW + 5, 'ada'), approval(NOW + 9, 'bob')] })],
    ['executed', executed, doneRun()],
    ['verified', verified, doneRun({ verification })],
    ['rolled back', rolledBack, undone(NOW + 960)],
    ['to be undone', undoRequested, toUndo()],
    ['escalated', escalated, doneRun({ status: 'escalated' })],
  ])('%s is as the catalogue says, and the same for every repeat', (_, announce, run) => {
    const [event, ...others] = announce(run);
    expect(others).toEqual([]);
    REMEDIATION_EVENTS[event!.name].parse(event!.detail);
    expect(announce(structuredClone(run))).toEqual([event]);
  });

  it('names who approved, as of the last of them', () => {
    const run = askedRun({}, { approvals: [approval(NOW + 5, 'ada'), approval(NOW + 9, 'bob')] });
    expect(approved(run)).toMatchObject([
      { detail: { by: ['ada', 'bob'], occurredAt: '2026-11-21T10:05:09.000Z' } },
    ]);
  });

  it('of an undoing shows its own change and reason, and is another one for another undoing', () => {
    const [first] = rolledBack(undone(NOW + 960));
    expect(first).toMatchObject({ detail: { change: '6 → 5', reason: 'worse' } });
    const later = undone(NOW + 9999);
    const again = { ...later.execution!, undo: { ...later.execution!.undo!, beganAt: NOW + 9000 } };
    expect(rolledBack({ ...later, execution: again })[0]!.detail.id).not.toBe(first!.detail.id);
  });

  it('of a question about an undoing is another one after each question and each approval', () => {
    const runs = [toUndo(), toUndo({ askedAt: NOW + 901 })];
    runs.push(toUndo({ needed: 2, approvals: [approval(NOW + 950, 'bob')] }));
    const details = runs.flatMap(undoRequested).map(({ detail }) => detail);
    expect(new Set(details.map(({ id }) => id)).size).toBe(3);
    expect(details.at(-1)).toMatchObject({ by: ['bob'], occurredAt: '2026-11-21T10:20:50.000Z' });
    const { asked: _, askedAt: __, ...old } = toUndo().undoRequest!;
    expect(undoRequested(doneRun({ undoRequest: old }))).toMatchObject([
      { detail: { reason: '', requestedBy: '' } },
    ]);
  });

  const unplanned: Partial<Remediation> = { plan: null, planHash: null };
  it.each([
    ['suggested without a plan', suggested, sampleRemediation({ status: 'suggested', ...unplanned })],
    ['suggested in a rehearsal', suggested, sampleRemediation({ status: 'suggested', isDryRun: true })],
    ['asked before anybody is asked', approvalRequested, sampleRemediation()],
    ['asked without a plan', approvalRequested, { ...askedRun(), ...unplanned }],
    ['approved by nobody', approved, askedRun()],
    ['approved without a question', approved, sampleRemediation()],
    ['executed before it is done', executed, sampleRemediation()],
    ['executed without an action', executed, sampleRemediation({ execution: null })],
    ['verified before it is', verified, doneRun()],
    ['rolled back before it is', rolledBack, undone(null)],
    ['to be undone without a wish', undoRequested, doneRun()],
    ['to be undone once it is approved', undoRequested, toUndo({ approvals: [approval(NOW + 5, 'ada')] })],
    ['to be undone without a plan', undoRequested, { ...toUndo(), ...unplanned }],
    ['rolled back without an undoing', rolledBack, doneRun()],
    ['rolled back without an action', rolledBack, sampleRemediation({ execution: null })],
    ['escalated before it ended', escalated, sampleRemediation()],
    ['escalated without a plan', escalated, doneRun({ status: 'escalated', ...unplanned })],
  ])('is not announced as %s', (_, announce, run) => {
    expect(announce(run)).toEqual([]);
  });

  it('about the end tells people what they have to know', () => {
    const names = REMEDIATION_STATUSES.map((status) => {
      const run = { ...undone(NOW + 960), status };
      return [status, ...ended(run).map(({ name }) => name)].join(': ');
    });
    expect(names).toEqual([
      'waiting',
      ...['choosing', 'awaiting-approval', 'acting', 'verifying', 'undoing', 'nothing-to-do'],
      ...['suggested: RemediationSuggested', 'refused: RemediationBlocked', 'rejected: RemediationBlocked'],
      ...['expired: RemediationBlocked', 'succeeded', 'unproven', 'undone: RemediationRolledBack'],
      ...['escalated: RemediationEscalated', 'failed'],
    ]);
  });

  it('about the last remediation of a warning says that there will be no other', () => {
    const last = (round: number, unproven?: number) => {
      const { cause } = doneRun();
      if (cause.kind !== 'predicted-breach') throw new Error('expected a warning');
      return { ...cause, round, ...(unproven === undefined ? {} : { unproven }) };
    };
    const endOf = (status: 'succeeded' | 'unproven' | 'expired', cause: ReturnType<typeof last>) =>
      ended({ ...doneRun({ status, endedAt: NOW + 999 }), cause }).map(({ name, detail }) => [
        name,
        'reason' in detail ? detail.reason : '',
      ]);
    expect(endOf('succeeded', last(46))).toEqual([]);
    expect(endOf('succeeded', last(47))).toEqual([
      ['RemediationEscalated', expect.stringMatching(/^there were 48 remediations of this warning/)],
    ]);
    expect(endOf('unproven', last(5, 4))).toEqual([]);
    const left = [
      'RemediationEscalated',
      expect.stringMatching(/^6 remediations .* proved nothing: Forestall does/),
    ];
    expect(endOf('unproven', last(9, 5))).toEqual([left]);
    expect(endOf('expired', last(9, 5))).toEqual([['RemediationBlocked', expect.anything()], left]);
  });

  it('that was blocked before it ended has the time of its beginning', () => {
    expect(ended(sampleRemediation({ status: 'refused' }))).toMatchObject([
      { detail: { occurredAt: '2026-11-21T10:05:00.000Z' } },
    ]);
  });
});

describe('how to undo', () => {
  it.each([
    ['undo', /^can be undone: the earlier state of auto-scaling-group:web is recorded/],
    ['fades', /^cannot be undone: the effect is over by itself$/],
    ['permanent', /^cannot be undone$/],
  ] as const)('an action that is "%s" is told', (reversibility, text) => {
    expect(describeUndo(samplePlan({ reversibility }))).toMatch(text);
  });
});
