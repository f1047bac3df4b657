import type { Incident } from '../incident.ts';
import { addToTimeline } from '../timeline.ts';

/** An ended incident going on again; its end is forgotten, how often this happened is not. */
export const reopen = (incident: Incident, at: number): Incident => {
  const { resolvedAt: _resolved, mitigatedAt: _mitigated, ...ongoing } = incident;
  return {
    ...ongoing,
    status: incident.acknowledgedAt === undefined ? 'open' : 'acknowledged',
    reopenCount: incident.reopenCount + 1,
    timeline: addToTimeline(incident.timeline, [
      { at, kind: 'reopened', key: String(incident.reopenCount + 1), text: 'the same signal came back' },
    ]),
  };
};
