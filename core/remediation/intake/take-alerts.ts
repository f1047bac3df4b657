import type { SignalSender } from '../../incidents/ports.ts';
import type { AlarmSignal } from '../../incidents/signal.ts';
import { jsonHash } from '../../shared/canonical-json.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { RemediationPolicy } from '../policy.ts';
import type { RemediationStarts, RemediationStore, StandingAlerts } from '../ports.ts';
import type { ReceivedAlert } from './received-alert.ts';

export interface AlertDeps {
  readonly store: Pick<RemediationStore, 'state'>;
  readonly standing: Pick<StandingAlerts, 'record'>;
  readonly signals: Pick<SignalSender, 'send'>;
  readonly starts: Pick<RemediationStarts, 'request'>;
}

export interface TakenAlerts {
  /** Alerts that were passed on to incidents. */
  readonly received: number;
  /** Names of those that the policy maps to a resource. */
  readonly mapped: readonly string[];
}

const SENDS_AT_ONCE = 20;

/** The same for a repeated delivery, so that it counts once. */
const signalOf = (tenantId: string, alert: ReceivedAlert, now: number): AlarmSignal => {
  const { source, name, targetId, state, sentAt } = alert;
  const at = Math.min(sentAt, now);
  return {
    kind: 'alarm',
    signalId: `alert-${jsonHash([tenantId, source, name, targetId, state, sentAt]).slice(0, 24)}`,
    ...{ tenantId, targetId, at, alarmName: name, causeKeys: [`alarm:${name}`] },
    state: state === 'begun' ? 'ALARM' : 'OK',
  };
};

type Mapped = ReceivedAlert & { readonly minMinutes: number };

const mappedBy =
  (policy: RemediationPolicy | undefined) =>
  (alert: ReceivedAlert): readonly Mapped[] =>
    (policy?.alerts ?? [])
      .filter(({ source, name }) => source === alert.source && name === alert.name)
      .map(({ minMinutes }) => ({ ...alert, minMinutes }));

/** What a delivery says about each name: as long as one of its alerts fires, the alert of that name has not ended. */
const newestByName = (alerts: readonly ReceivedAlert[]): readonly ReceivedAlert[] => {
  const byName = new Map<string, ReceivedAlert>();
  for (const alert of alerts) {
    const known = byName.get(alert.name);
    const isNewer =
      known === undefined ||
      (known.state === 'ended' && alert.state === 'begun') ||
      (known.state === alert.state && alert.sentAt > known.sentAt);
    if (isNewer) byName.set(alert.name, alert);
  }
  return [...byName.values()];
};

/**
 * Passes alerts on to incidents, and begins a remediation for each that the policy maps. What such an alert is about comes
 * from the policy; how long it has lasted counts from when it is received here. A repeated delivery has no further effect.
 * @param now epoch seconds
 */
export const takeAlerts = async (
  { store, standing, signals, starts }: AlertDeps,
  tenantId: string,
  alerts: readonly ReceivedAlert[],
  now: number,
): Promise<TakenAlerts> => {
  await inParallel(SENDS_AT_ONCE, alerts, (alert) => signals.send(signalOf(tenantId, alert, now)));
  const { policy } = await store.state(tenantId);
  const mapped = newestByName(alerts).flatMap(mappedBy(policy.item));
  for (const { source, name, state, sentAt, minMinutes } of mapped) {
    const { receivedAt, endedAt } = await standing.record(tenantId, {
      // A clock that is ahead must not make later changes seem late.
      ...{ source, name, state, sentAt: Math.min(sentAt, now), receivedAt: now },
    });
    const cause = { kind: 'alert' as const, source, name, receivedAt };
    const beginAt = receivedAt + 60 * minMinutes;
    if (endedAt === null) await starts.request(tenantId, { cause, isDryRun: false, beginAt });
  }
  return { received: alerts.length, mapped: mapped.map(({ name }) => name) };
};
