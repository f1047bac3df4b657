/** Problems that people state: by mapping an alert, or by asking for an action. */
import { isoOfSeconds } from '../../shared/time.ts';
import type { Cause } from '../cause.ts';
import type { RemediationPolicy } from '../policy.ts';
import { tellingMetric } from './deployment-problem.ts';
import type { Found, Moment, Sources } from './sources.ts';

type AlertCause = Extract<Cause, { kind: 'alert' }>;
type RequestCause = Extract<Cause, { kind: 'request' }>;

/**
 * Confidence in an alert that its owner mapped and that has lasted as long as the owner wants: the statement is the
 * owner's, and one alert in twenty is taken to be wrong.
 */
const ALERT_CONFIDENCE = 0.95;
const MINUTE = 60;

const managedBy = (policy: RemediationPolicy | undefined, resource: string) =>
  policy?.resources.find((each) => each.resource === resource);

/** A mapped alert, if it stands and has lasted long enough since Forestall received it. */
export const alertProblem = async (
  { alerts }: Sources,
  { tenantId, policy, now }: Moment,
  { source, name, receivedAt }: AlertCause,
): Promise<Found> => {
  const mapping = policy?.alerts.find((each) => each.source === source && each.name === name);
  const managed = mapping && managedBy(policy, mapping.resource);
  if (mapping === undefined || managed === undefined)
    return { absent: `The policy does not map the alert ${name}.` };
  const standing = await alerts.get(tenantId, source, name);
  if (standing === undefined || standing.endedAt !== null || standing.receivedAt !== receivedAt)
    return { absent: `The alert ${name} has ended.` };
  const lastsUntil = receivedAt + mapping.minMinutes * MINUTE;
  if (now < lastsUntil) return { waitUntil: lastsUntil };
  const { alertType, metric, resource } = mapping;
  const evidence = [`the alert ${name} (${source}) has lasted since ${isoOfSeconds(receivedAt)}`];
  return {
    problem: {
      ...{ alertType, targetIds: managed.targets, metric, threshold: null, impactAt: null },
      ...{ confidence: ALERT_CONFIDENCE, evidence },
    },
    ...{ since: receivedAt, deployment: null, resource },
  };
};

/** What a person asks for: it is certain, and its alert type says that a person names the action. */
export const requestProblem = async (
  { registry, alertTypeOf }: Sources,
  { tenantId, policy, now }: Moment,
  { resource, reason }: RequestCause,
): Promise<Found> => {
  const managed = managedBy(policy, resource);
  if (managed === undefined) return { absent: `The policy does not manage ${resource}.` };
  const mapped = policy?.alerts.find((each) => each.resource === resource)?.metric;
  const metric = mapped ?? tellingMetric(await registry.get(tenantId, managed.targets[0]!));
  const type = alertTypeOf({
    ...{ cause: 'request', metric: null, direction: null, isSilent: false },
    ...{ isGradual: false, hasChange: false, alarm: null },
  });
  return {
    problem: {
      ...{ alertType: type.id, targetIds: managed.targets, metric, threshold: null, impactAt: null },
      ...{ confidence: 1, evidence: [`a person asked for it: ${reason}`] },
    },
    ...{ since: now, deployment: null, resource },
  };
};
