import type { CausesReport } from '../causes-report.ts';
import type { PastIncident } from '../diagnosis/similar-incidents.ts';
import { type Incident, type IncidentStatus, isOngoing } from '../incident.ts';

/** A less confident cause teaches nothing: it would turn a guess into experience. */
const MIN_CONFIDENCE = 0.5;
/** Transitions whose note may describe the fix, in order of preference. */
const FIXING_TRANSITIONS: readonly IncidentStatus[] = ['mitigated', 'resolved', 'reviewed'];

/** The note of the last transition to `status` by a person or tool. */
const noteOf = (incident: Incident, status: IncidentStatus): string | undefined => {
  const entry = incident.timeline.findLast(
    (e) => e.kind === 'status' && e.key === status && e.by !== undefined,
  );
  const note = /^\w+ to \w+: (.+)$/s.exec(entry?.text ?? '')?.[1];
  return note;
};

const fixOf = (incident: Incident, cause: string): string | undefined => {
  const note = FIXING_TRANSITIONS.map((status) => noteOf(incident, status)).find(
    (text) => text !== undefined,
  );
  if (note !== undefined) return note;
  const change = incident.changes.findLast(
    ({ targetId, at }) => targetId === cause && at > incident.startedAt,
  );
  return change?.summary;
};

/** A cause named by a person outweighs the likeliest one by the metrics, which may turn out to be mistaken. */
const causeOf = (
  { conclusion }: Incident,
  [first]: CausesReport['causes'],
): Pick<PastIncident, 'cause' | 'isConfirmed' | 'mistaken'> | undefined => {
  if (conclusion?.cause !== undefined) {
    const { cause } = conclusion;
    const isWrong = first !== undefined && first.node !== cause && first.score > 0;
    return { cause, isConfirmed: true, ...(isWrong ? { mistaken: first.node } : {}) };
  }
  return first === undefined || first.confidence < MIN_CONFIDENCE ? undefined : { cause: first.node };
};

/** The lesson of a closed incident; undefined while it is ongoing, or if its cause is neither confirmed nor clear. */
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
