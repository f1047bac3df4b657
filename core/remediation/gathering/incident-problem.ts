import type { CausesReport, ExplainedCause } from '../../incidents/causes-report.ts';
import { type Incident, type IncidentMember, isOngoing } from '../../incidents/incident.ts';
import type { Cause } from '../cause.ts';
import type { Diagnosed } from '../choosing/choice-inputs.ts';
import { asJson } from '../runs/judge-run.ts';
import { namedCause, statedOf } from './named-cause.ts';
import type { Deployment, Found, Moment, Sources } from './sources.ts';

type IncidentCause = Extract<Cause, { kind: 'incident' }>;

/** Causes are known seconds after an incident; after this time they are not waited for any longer. */
export const CAUSES_SECONDS = 300;
const POLL_SECONDS = 15;

/** The metric or alarm of a member: the last part of its key. */
const subjectOf = ({ key }: IncidentMember): string | null => {
  const parts: unknown = JSON.parse(key);
  const subject: unknown = Array.isArray(parts) ? parts.at(-1) : null;
  return typeof subject === 'string' ? subject : null;
};

const ofTarget = ({ members }: Incident, targetId: string): readonly IncidentMember[] =>
  Object.values(members)
    .filter((member) => member.targetId === targetId && member.isActive)
    .toSorted((a, b) => b.confidence - a.confidence || a.firstAt - b.firstAt);

const deploymentOf = async (
  { changes }: Sources,
  { tenantId }: Moment,
  { change }: ExplainedCause,
  incident: Incident,
): Promise<Deployment | null> => {
  const summary = change?.change;
  const recorded = incident.changes.find(
    ({ targetId, at }) => targetId === summary?.node && at === summary?.at,
  );
  if (recorded === undefined) return null;
  const stored = await changes.get(tenantId, recorded.signalId);
  const record = stored?.record;
  return record?.kind === 'deployment'
    ? { deployed: record.version ?? null, previous: record.previousVersion ?? null }
    : null;
};

const problemOf = async (
  sources: Sources,
  moment: Moment,
  incident: Incident,
  cause: ExplainedCause,
): Promise<Found> => {
  const members = ofTarget(incident, cause.node);
  const measured = members.find(({ kind }) => kind !== 'alarm');
  const alarm = members.find(({ kind }) => kind === 'alarm');
  const metric = measured === undefined ? null : subjectOf(measured);
  const target = await sources.registry.get(moment.tenantId, cause.node);
  const name = alarm && [subjectOf(alarm), alarm.watches].filter((part) => part != null).join(' ');
  const type = sources.alertTypeOf({
    ...{ cause: 'incident', isSilent: false, isGradual: false, direction: null },
    metric: metric === null ? null : { name: metric, unit: target?.metrics[metric]?.unit },
    ...{ hasChange: cause.change !== undefined, alarm: name ?? null },
  });
  return {
    problem: {
      ...{ alertType: type.id, metric, threshold: null, impactAt: null },
      ...statedOf(cause),
    },
    since: incident.startedAt,
    deployment: await deploymentOf(sources, moment, cause, incident),
    resource: null,
  };
};

const diagnosedBy = ({ inputsHash, ...report }: CausesReport): Diagnosed => ({
  inputsHash: inputsHash ?? null,
  report: asJson(report),
});

/** The most likely cause of an incident. The causes may come seconds after the incident; they are waited for, not long. */
export const incidentProblem = async (
  sources: Sources,
  moment: Moment,
  { incidentId, reopened }: IncidentCause,
): Promise<Found> => {
  const { tenantId, startedAt, now } = moment;
  const stored = await sources.incidents.get(tenantId, incidentId);
  const incident = stored?.incident;
  if (incident === undefined) return { absent: `The incident ${incidentId} does not exist.` };
  if (!isOngoing(incident) || incident.status === 'mitigated')
    return { absent: `The incident ${incidentId} is ${incident.status}.` };
  if (incident.reopenCount !== reopened) return { absent: `The incident ${incidentId} was reopened since.` };
  const report = await sources.causes.get(tenantId, incident.incidentId);
  const isNew = report !== undefined && report.diagnosedAt >= incident.detectedAt;
  if (!isNew && now < startedAt + CAUSES_SECONDS) return { waitUntil: now + POLL_SECONDS };
  const absent = `No cause of the incident ${incidentId} is known.`;
  if (report === undefined) return { absent };
  const diagnosis = diagnosedBy(report);
  const cause = namedCause(report);
  if (cause === undefined) return { absent, diagnosis };
  return { ...(await problemOf(sources, moment, incident, cause)), diagnosis };
};
