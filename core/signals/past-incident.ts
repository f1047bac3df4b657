import type { PastIncident } from '../diagnosis/similar-incidents.ts';
import { type Incident, type IncidentStatus, isOngoing } from '../incidents/incident.ts';
import type { CausesReport } from './causes-report.ts';

/** A cause less sure than this is no lesson: it would make the same guess look like experience. */
const LEAST_CONFIDENCE = 0.5;
/** Where what ended it is looked for, most telling first. */
const FIXING_STEPS: readonly IncidentStatus[] = ['mitigated', 'resolved', 'reviewed'];

/** The note of the last step of this kind that somebody took. */
const noteOf = (incident: Incident, step: IncidentStatus): string | undefined => {
  const entry = incident.timeline.findLast(
    (e) => e.kind === 'status' && e.key === step && e.by !== undefined,
  );
  const note = /^\w+ to \w+: (.+)$/s.exec(entry?.text ?? '')?.[1];
  return note;
};

const fixOf = (incident: Incident, cause: string): string | undefined => {
  const note = FIXING_STEPS.map((step) => noteOf(incident, step)).find((text) => text !== undefined);
  if (note !== undefined) return note;
  const change = incident.changes.findLast(
    ({ targetId, at }) => targetId === cause && at > incident.startedAt,
  );
  return change?.summary;
};

/** What a closed incident teaches; undefined where it goes on or its cause was never clear. */
export const pastIncidentOf = (incident: Incident, report: CausesReport): PastIncident | undefined => {
  const [first] = report.causes;
  if (isOngoing(incident) || first === undefined || first.confidence < LEAST_CONFIDENCE) return undefined;
  if (report.metric === undefined || Object.keys(report.signature).length === 0) return undefined;
  const fixedBy = fixOf(incident, first.node);
  return {
    incidentId: incident.incidentId,
    metric: report.metric,
    signature: report.signature,
    cause: first.node,
    ...(fixedBy === undefined ? {} : { fixedBy }),
  };
};
