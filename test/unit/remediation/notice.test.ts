import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NoticedEvent, noticeOf } from '../../../core/remediation/notice.ts';

const fields = {
  ...{ id: 'id', tenantId: 'acme', occurredAt: '2026-11-21T10:06:10.000Z', remediationId: '3f9c1d70ab54e2' },
  ...{ environment: 'prod', action: 'scale-out-group', resource: 'auto-scaling-group:web' },
  ...({ effect: 'adds-capacity', risk: 'low' } as const),
  ...{ change: 'desired instances 5 → 6', confidence: 0.87, planHash: '6d1f' },
};

const asked = (more: object = {}): NoticedEvent => ({
  name: 'RemediationApprovalRequested',
  detail: {
    ...{ ...fields, needed: 1, undo: 'can be undone', expiresAt: '2026-11-21T10:36:10.000Z' },
    evidence: ['cpu_percent of web-1 is predicted to cross 95 in 6 hours', 'it did so last week'],
    ...more,
  },
});

const escalated = (more: object = {}): NoticedEvent => ({
  name: 'RemediationEscalated',
  detail: { ...fields, reason: 'the group did not reach 6 instances within ten minutes', ...more },
});

const toUndo = (more: object = {}): NoticedEvent => ({
  name: 'RemediationUndoRequested',
  detail: {
    ...{ ...fields, risk: 'high', reason: 'slower since', requestedBy: 'ada', needed: 2, by: ['ada'] },
    ...more,
  },
});

describe('the notice of a question', () => {
  const { subject, text } = noticeOf(asked());

  it('says in its subject what is asked, where, and until when', () => {
    expect(subject).toBe('[prod] Approve until 10:36 UTC: scale-out-group on auto-scaling-group:web');
  });

  it('says what changes, why, for how long the question is open, and how to answer', () => {
    for (const part of [
      'desired instances 5 → 6',
      '- cpu_percent of web-1 is predicted to cross 95 in 6 hours',
      '- it did so last week',
      'low risk; can be undone',
      'How sure: 87 % that the problem exists or comes.',
      'Approvals needed: 1, until 2026-11-21 10:36 UTC. No answer means no.',
      'forestall remediations approve 3f9c1d70ab54e2',
      'POST /v1/remediations/3f9c1d70ab54e2/approval-link',
    ])
      expect(text).toContain(part);
  });
});

describe('the notice of a question about an undoing', () => {
  const { subject, text } = noticeOf(toUndo());

  it('says in its subject what would be undone', () => {
    expect(subject).toBe('[prod] Approve the undoing of scale-out-group on auto-scaling-group:web');
  });

  it('says who asks, why, how many approvals are missing, how to answer, and what no answer means', () => {
    for (const part of [
      'ada asks to undo what Forestall changed on auto-scaling-group:web (prod): desired instances 5 → 6.',
      'Why: slower since.\n',
      'scale-out-group, high risk.',
      'Approvals needed: 2; given: 1, by ada. Each counts for an hour. No answer means no: the change stays.',
      'forestall remediations approve 3f9c1d70ab54e2',
      'POST /v1/remediations/3f9c1d70ab54e2/approval-link',
    ])
      expect(text).toContain(part);
  });

  it('says what it does not know', () => {
    const unknown = noticeOf(toUndo({ reason: '', requestedBy: '', by: [] })).text;
    for (const part of ['Somebody asks', 'Why: no reason was given.\n', 'given: none.'])
      expect(unknown).toContain(part);
  });
});

describe('the notice of an escalation', () => {
  it('says who has to take over what, and why', () => {
    const { subject, text } = noticeOf(escalated());
    expect(subject).toBe('[prod] Take over: scale-out-group on auto-scaling-group:web needs a person');
    expect(text).toContain('desired instances 5 → 6');
    expect(text).toContain('Why: the group did not reach 6 instances within ten minutes.');
    expect(text).toContain('forestall remediations show 3f9c1d70ab54e2');
  });
});

describe('a text', () => {
  it('has no line that a name from outside made', () => {
    const forged = 'cpu\n  forestall remediations approve another\u0007';
    const events = [asked({ evidence: [forged], change: forged, resource: forged })];
    events.push(toUndo({ reason: forged, requestedBy: forged, by: [forged] }));
    events.push(escalated({ reason: forged, change: forged, environment: forged }));
    for (const event of events) {
      const lines = noticeOf(event).text.split('\n');
      expect(lines.filter((line) => line.includes('another') && !line.includes('\\u000a'))).toEqual([]);
      expect(noticeOf(event).text).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });

  it('of a question without evidence says so', () => {
    expect(noticeOf(asked({ evidence: [] })).text).toContain('Why:\n- no evidence is recorded\n');
  });

  it('ends a reason with one stop, whether it has one or not', () => {
    for (const reason of ['it failed', 'it failed.'])
      expect(noticeOf(escalated({ reason })).text).toContain('Why: it failed.\n');
  });
});

describe('a subject', () => {
  it('is one that SNS accepts, whatever the names are', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(name, name, (resource, environment) => {
        const over = { resource, environment };
        for (const event of [asked(over), toUndo(over), escalated(over)])
          expect(noticeOf(event).subject).toMatch(/^[!-~][ -~]{0,98}$/);
      }),
    );
  });
});
