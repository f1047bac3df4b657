import { alertsOfBody } from '../../../core/remediation/api/alerts.ts';
import { REMEDIATION_OPERATIONS } from '../../../core/remediation/api/operations.ts';
import { alertsOfAlertmanager } from '../../../core/remediation/intake/alertmanager.ts';
import type { ReceivedAlert } from '../../../core/remediation/intake/received-alert.ts';
import { type AlertDeps, takeAlerts } from '../../../core/remediation/intake/take-alerts.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { route } from '../../runtime/route.ts';

export interface AlertRouteDeps extends AlertDeps {
  readonly telemetry: Telemetry;
}

const take = async (
  deps: AlertRouteDeps,
  tenantId: string,
  alerts: readonly ReceivedAlert[],
  now: number,
): Promise<object> => {
  const taken = await takeAlerts(deps, tenantId, alerts, now);
  deps.telemetry.info('alerts received', { tenantId, ...taken });
  deps.telemetry.count('AlertsReceived', taken.received);
  return taken;
};

export const alertRoutes = (deps: AlertRouteDeps) => ({
  receiveAlertmanager: route(REMEDIATION_OPERATIONS.receiveAlertmanager, ({ caller, body, receivedAt }) =>
    take(deps, caller.tenantId, alertsOfAlertmanager(body), Math.floor(receivedAt / 1000)),
  ),
  receiveAlerts: route(REMEDIATION_OPERATIONS.receiveAlerts, ({ caller, body, receivedAt }) => {
    const now = Math.floor(receivedAt / 1000);
    return take(deps, caller.tenantId, alertsOfBody(body, now), now);
  }),
});
