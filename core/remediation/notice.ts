/** What people are told about a remediation, by mail or by whatever else is subscribed. */
import * as z from 'zod';
import { shownText } from '../shared/text.ts';
import { RemediationApprovalRequested, RemediationEscalated, RemediationUndoRequested } from './events.ts';

export interface Notice {
  /** One line of printable ASCII, at most 99 characters, as mail subjects of SNS have to be. */
  readonly subject: string;
  readonly text: string;
}

/** An event that needs a person at once. */
export const NoticedEvent = z.discriminatedUnion('name', [
  z.object({ name: z.literal('RemediationApprovalRequested'), detail: RemediationApprovalRequested }),
  z.object({ name: z.literal('RemediationUndoRequested'), detail: RemediationUndoRequested }),
  z.object({ name: z.literal('RemediationEscalated'), detail: RemediationEscalated }),
]);
export type NoticedEvent = z.infer<typeof NoticedEvent>;

const MAX_SUBJECT = 99;

const subjectOf = (text: string): string =>
  text
    .replaceAll('→', '->')
    .replaceAll(/[^ -~]/g, '?')
    .slice(0, MAX_SUBJECT);

/** `2026-11-21 10:36 UTC` */
const minuteOf = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

const bullets = (lines: readonly string[]): string[] =>
  (lines.length === 0 ? ['no evidence is recorded'] : lines).map((line) => `- ${line}`);

/** Names and reasons come from outside: none of them makes a line of its own. */
const textOf = (lines: readonly string[]): string => lines.map(shownText).join('\n');

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

const howToAnswer = (remediationId: string): string[] => [
  'See everything and answer:',
  `  forestall remediations approve ${remediationId}`,
  'or, over HTTP, with your own credential:',
  `  GET  /v1/remediations/${remediationId}`,
  `  POST /v1/remediations/${remediationId}/approval-link`,
];

const approvalNotice = (detail: z.infer<typeof RemediationApprovalRequested>): Notice => {
  const { remediationId, environment, action, resource, change, risk, evidence, undo, needed } = detail;
  const until = minuteOf(detail.expiresAt);
  return {
    subject: subjectOf(`[${environment}] Approve until ${until.slice(11)}: ${action} on ${resource}`),
    text: textOf([
      `Forestall asks to change ${resource} (${environment}): ${change}.`,
      '',
      'Why:',
      ...bullets(evidence),
      `How sure: ${Math.floor(100 * detail.confidence)} % that the problem exists or comes.`,
      '',
      `Action: ${action}, ${risk} risk; ${undo}.`,
      `Approvals needed: ${needed}, until ${until}. No answer means no.`,
      '',
      ...howToAnswer(remediationId),
    ]),
  };
};

const undoNotice = (detail: z.infer<typeof RemediationUndoRequested>): Notice => {
  const { remediationId, environment, action, resource, change, risk, reason, requestedBy, needed, by } =
    detail;
  const given = by.length === 0 ? 'none' : `${by.length}, by ${by.join(', ')}`;
  return {
    subject: subjectOf(`[${environment}] Approve the undoing of ${action} on ${resource}`),
    text: textOf([
      `${requestedBy || 'Somebody'} asks to undo what Forestall changed on ${resource} (${environment}): ${change}.`,
      '',
      `Why: ${reason === '' ? 'no reason was given.' : sentence(reason)}`,
      `Action that would be undone: ${action}, ${risk} risk.`,
      `Approvals needed: ${needed}; given: ${given}. Each counts for an hour. No answer means no: the change stays.`,
      '',
      ...howToAnswer(remediationId),
    ]),
  };
};

const escalationNotice = (detail: z.infer<typeof RemediationEscalated>): Notice => {
  const { remediationId, environment, action, resource, change, reason } = detail;
  return {
    subject: subjectOf(`[${environment}] Take over: ${action} on ${resource} needs a person`),
    text: textOf([
      `Forestall changed ${resource} (${environment}) or tried to, and leaves the rest to you: ${change}.`,
      '',
      `Why: ${sentence(reason)}`,
      '',
      'What was done, and the state from before:',
      `  forestall remediations show ${remediationId}`,
      'What to do: the section "A remediation failed" of the runbook.',
    ]),
  };
};

/** The notice of one event: it names the change, the reason, how to answer, and what happens without an answer. */
export const noticeOf = (event: NoticedEvent): Notice => {
  switch (event.name) {
    case 'RemediationApprovalRequested':
      return approvalNotice(event.detail);
    case 'RemediationUndoRequested':
      return undoNotice(event.detail);
    case 'RemediationEscalated':
      return escalationNotice(event.detail);
  }
};
