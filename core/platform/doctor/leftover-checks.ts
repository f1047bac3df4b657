/** Checks for data that could not be processed or read. */
import type { Verdict } from './check.ts';
import type { DeadLetterFact, ParkedFact, UnreadableFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** No message failed for good. */
export const judgeDeadLetters = (queues: readonly DeadLetterFact[]): Verdict => ({
  summary: `${queues.length} dead-letter queues`,
  findings: queues
    .filter(({ messages }) => messages > 0)
    .map(({ name, messages, runbook }) => ({
      subject: name,
      problem: `holds ${counted(messages, 'message')}`,
      action: 'fix the cause, then move the messages back or delete them',
      runbook: runbook ?? SECTIONS.overview,
    })),
});

/** No accepted payload is parked. */
export const judgeParked = (parked: readonly ParkedFact[]): Verdict => ({
  summary: parked.length === 0 ? 'none' : `of ${counted(parked.length, 'tenant')}`,
  findings: parked.map(({ tenantId, payloads, isMore, address, reason }) => ({
    subject: `tenant ${tenantId}`,
    problem: `${isMore ? 'more than ' : ''}${counted(payloads, 'payload')} could not be stored${reason === undefined ? '' : `: ${reason}`}`,
    action: `fix the sender, send them again, then: aws s3 rm --recursive ${address}`,
    runbook: SECTIONS.parked,
  })),
});

/** No function met a stored item that it could not read. */
export const judgeUnreadable = (unreadable: readonly UnreadableFact[]): Verdict => ({
  summary: 'within the last day',
  findings: unreadable
    .filter(({ count }) => count > 0)
    .map(({ service, count }) => ({
      subject: service,
      problem: `could not read stored items: ${counted(count, 'time')} within the last day`,
      action: 'find the item in the logs of the function ("cannot be read") and restore it',
      runbook: SECTIONS.unreadable,
    })),
});
