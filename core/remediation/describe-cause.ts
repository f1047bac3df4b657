import { isoOfSeconds } from '../shared/time.ts';
import type { Cause } from './cause.ts';

/** What led to a remediation, in one sentence for people. */
export const describeCause = (cause: Cause): string => {
  switch (cause.kind) {
    case 'predicted-breach':
      return `${cause.metric} of ${cause.targetId} is predicted to breach its threshold, since ${isoOfSeconds(cause.since)}${cause.round === undefined ? '' : `, after ${cause.round} earlier remediations`}`;
    case 'incident':
      return `incident ${cause.incidentId}${cause.reopened > 0 ? `, reopened ${cause.reopened} times` : ''}`;
    case 'unhealthy-deployment':
      return `deployment ${cause.changeId} of ${cause.targetId} is unhealthy`;
    case 'alert':
      return `alert ${cause.name} (${cause.source}), received at ${isoOfSeconds(cause.receivedAt)}`;
    case 'request':
      return `${cause.requestedBy} asked for ${cause.action} on ${cause.resource}${cause.reason === '' ? '' : `: ${cause.reason}`}`;
  }
};
