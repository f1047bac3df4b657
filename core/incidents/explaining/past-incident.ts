import type { CausesReport } from '../causes-report.ts';
import type { PastIncident } from '../diagnosis/similar-incidents.ts';
import { type Incident, type IncidentStatus, isOngoing } from '../incident.ts';

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

/** What people said outweighs what the metrics suggested, and tells whether that was wrong. */
const causeOf = (
  { conclusion }: Incident,
  [first]: CausesReport['causes'],
): Pick<PastIncident, 'cause' | 'isConfirmed' | 'mistaken'> | undefined => {
  if (conclusion?.cause !== undefined) {
    const { cause } = conclusion;
    const isWrong = first !== undefined && first.node !== cause && first.score > 0;
    return { cause, isConfirmed: true, ...(isWrong ? { mistaken: first.node } : {}) };
  }
  return first === undefined || first.confidence < LEAST_CONFIDENCE ? undefined : { cause: first.node };
};

/** What a closed incident teaches; undefined where it goes on, or nobody named its cause and it was never clear. */
export const pastIncidentOf = (incident: Incident, report: CausesReport): PastIncident | undefined => {
  const known = causeOf(incident, report.causes);
  if (isOngoing(incident) || known === undefined || Object.keys(report.signature).length === 0)
    return undefined;
  const fixedBy = incident.conclusion?.fix ?? fixOf(incident, known.cause);
  return {
    ...{ incidentId: incident.incidentId, metric: report.metric ?? 'any', signature: report.signature },
    ...known,
    ...(fixedBy === undefined ? {} : { fixedBy }),
  };
};
