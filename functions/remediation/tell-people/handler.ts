import * as z from 'zod';
import { NoticedEvent, noticeOf } from '../../../core/remediation/notice.ts';
import type { PeopleNotifier } from '../../../core/remediation/ports.ts';
import { parseInput } from '../../runtime/parse-input.ts';

/** An event of Forestall's bus, as EventBridge delivers it. */
const BusEvent = z
  .object({ 'detail-type': z.string(), detail: z.unknown() })
  .transform((event) => ({ name: event['detail-type'], detail: event.detail }))
  .pipe(NoticedEvent);

/** Tells people that a remediation waits for them. */
export const makeHandler = (deps: { readonly people: PeopleNotifier }) => async (event: unknown) => {
  const notice = noticeOf(parseInput(BusEvent, event));
  await deps.people.tell(notice);
  return { told: notice.subject };
};
