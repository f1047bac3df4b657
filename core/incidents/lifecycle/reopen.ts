import type { Incident } from '../incident.ts';
import { addToTimeline } from '../timeline.ts';

/** Reopens an ended incident. Its end is erased; the number of reopenings is kept. */
export const reopen = (incident: Incident, at: number, reason: string): Incident => {
  const { resolvedAt: _resolved, mitigatedAt: _mitigated, ...ongoing } = incident;
  const reopenCount = incident.reopenCount + 1;
  const entry = { at, kind: 'reopened', key: String(reopenCount), text: `reopened: ${reason}` } as const;
  return {
    ...ongoing,
    status: incident.acknowledgedAt === undefined ? 'open' : 'acknowledged',
    reopenCount,
    timeline: addToTimeline(incident.timeline, [entry]),
  };
};
