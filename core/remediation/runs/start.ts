import type { IncidentStore } from '../../incidents/ports.ts';
import type { WorkflowStarter } from '../../shared/messaging.ts';
import type { Cause } from '../cause.ts';
import { nextRound } from '../choosing/next-round.ts';
import type { AlertMapping, RemediationPolicy } from '../policy.ts';
import type { RemediationStore, StandingAlerts } from '../ports.ts';
import type { Trigger } from './read-trigger.ts';
import { executionNameOf, remediationIdOf } from './run-id.ts';
import { remediateInput } from './workflow-input.ts';

export interface StartDeps {
  readonly store: Pick<RemediationStore, 'state' | 'get'>;
  readonly alerts: StandingAlerts;
  readonly incidents: Pick<IncidentStore, 'get'>;
  readonly workflow: WorkflowStarter;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * `not-managed`: the policy says nothing about it, so that there is nothing to decide; `over`: no other remediation of the
 * same cause may follow.
 */
export type Started = 'started' | 'already-running' | 'not-managed' | 'alert-ended' | 'over';

const MINUTE = 60;

const start = async (
  { workflow }: StartDeps,
  tenantId: string,
  cause: Cause,
  beginAt: number,
): Promise<Started> => {
  const remediationId = remediationIdOf(tenantId, cause);
  const input = remediateInput({ tenantId, remediationId }, cause, false, beginAt);
  return workflow.start(executionNameOf(tenantId, remediationId), input);
};

const manages = ({ resources }: RemediationPolicy, targetId: string): boolean =>
  resources.some(({ targets }) => targets.includes(targetId));

/** Whether the policy says anything about a cause. Which target caused an incident is known only later. */
const isManaged = (policy: RemediationPolicy, cause: Cause): boolean => {
  switch (cause.kind) {
    case 'predicted-breach':
    case 'unhealthy-deployment':
      return manages(policy, cause.targetId);
    case 'incident':
      return policy.resources.length > 0;
    default:
      return true;
  }
};

const mappingOf = (policy: RemediationPolicy | undefined, source: string, name: string) =>
  policy?.alerts.find((each) => each.source === source && each.name === name);

/** Only mapped alerts are recorded: a sender cannot fill the table. */
const startAlert = async (
  deps: StartDeps,
  alert: Extract<Trigger, { kind: 'alert' }>,
  { minMinutes }: AlertMapping,
): Promise<Started> => {
  const { tenantId, kind: _, ...change } = alert;
  const { source, name } = alert;
  const receivedAt = Math.floor(deps.now() / 1000);
  const standing = await deps.alerts.record(tenantId, { ...change, receivedAt });
  if (standing.endedAt !== null) return 'alert-ended';
  const cause: Cause = { kind: 'alert', source, name, receivedAt: standing.receivedAt };
  return start(deps, tenantId, cause, standing.receivedAt + minMinutes * MINUTE);
};

const incidentCause = async (
  { incidents }: StartDeps,
  { tenantId, incidentId }: Extract<Trigger, { kind: 'incident' }>,
): Promise<Cause | undefined> => {
  const incident = (await incidents.get(tenantId, incidentId))?.incident;
  return incident && { kind: 'incident', incidentId: incident.incidentId, reopened: incident.reopenCount };
};

/** Another remediation of a warning. Whether the warning still stands is found when an action is chosen. */
const startNextRound = async (
  deps: StartDeps,
  { tenantId, remediationId }: Extract<Trigger, { kind: 'ended' }>,
): Promise<Started> => {
  const ended = await deps.store.get(tenantId, remediationId);
  const cause = ended === undefined ? null : nextRound(ended.item);
  return cause === null ? 'over' : start(deps, tenantId, cause, Math.floor(deps.now() / 1000));
};

/**
 * Starts the workflow for what may lead to a remediation, if the tenant's policy says anything about it. Executions are
 * named after their cause: a repeated message starts nothing.
 */
export const startRemediation = async (deps: StartDeps, trigger: Trigger): Promise<Started> => {
  const { tenantId } = trigger;
  const policy = (await deps.store.state(tenantId)).policy.item;
  if (policy === undefined) return 'not-managed';
  if (trigger.kind === 'alert') {
    const mapping = mappingOf(policy, trigger.source, trigger.name);
    return mapping === undefined ? 'not-managed' : startAlert(deps, trigger, mapping);
  }
  if (trigger.kind === 'ended') return startNextRound(deps, trigger);
  const cause = trigger.kind === 'cause' ? trigger.cause : await incidentCause(deps, trigger);
  if (cause === undefined || !isManaged(policy, cause)) return 'not-managed';
  return start(deps, tenantId, cause, Math.floor(deps.now() / 1000));
};
