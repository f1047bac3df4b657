/** Services of the owner of the account, with the metrics that tell how they do and the alarms that lead to actions. */
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { historyOf, MINUTE, noise, sendEachMinute, sendPoints } from '../../local/minute-points.ts';
import type { Managed } from './emulator/managed-resources.ts';

/** The tenant that owns the CloudWatch alarms of the account. */
export const OWNER = { tenantId: 'local', environment: 'shop' };
/** Values before the action, and after it. */
const [SICK, WELL] = [70, 20];
/** Two hours: enough for forecasts. */
const HISTORY_MINUTES = 120;

export interface Service {
  readonly target: string;
  readonly metric: string;
}

export const CHECKOUT: Service = { target: 'shop-checkout', metric: 'open_sessions' };
export const FLAGS: Service = { target: 'shop-flags', metric: 'waiting_calls' };
export const ORDERS: Service = { target: 'shop-orders', metric: 'unhandled_orders' };
export const PROXY: Service = { target: 'shop-proxy', metric: 'stuck_connections' };
/** Slow since it was deployed. */
export const PAY: Service = { target: 'shop-pay', metric: 'latency_ms' };
const SERVICES = [CHECKOUT, FLAGS, ORDERS, PROXY];
/** Long enough ago that all checks of the deployment are due. */
const DEPLOYED_MINUTES_AGO = 65;
const PAY_HISTORY_MINUTES = 24 * 60;

interface Allowed {
  readonly resource: string;
  readonly service: Service;
  readonly action: string;
  readonly parameters?: object;
}

const allow = ({ resource, service, action, parameters = {} }: Allowed) => ({
  ...{ resource, environment: OWNER.environment, targets: [service.target] },
  actions: [{ action, parameters }],
});

const mapped = (name: string, alertType: string, resource: string, { metric }: Service) => ({
  ...{ source: 'cloudwatch', name, alertType, resource, metric, minMinutes: 0 },
});

export const ALARMS = {
  leak: 'Checkout leaks',
  errors: 'Too many calls wait',
  dead: 'Orders are not handled',
  stuck: 'The proxy is stuck',
} as const;

export const resourcesOf = ({ service, profile }: Managed) => ({
  checkout: `ecs-service:${service}`,
  flags: `appconfig-profile:${profile}`,
  orders: 'sqs-queue:orders-dead',
  proxy: 'ssm-document:restart-nginx',
  pay: 'lambda-alias:pay/live',
});

/** People approve everything. */
export const policyOf = (managed: Managed) => {
  const { checkout, flags, orders, proxy, pay } = resourcesOf(managed);
  const command = { instances: [managed.instance], values: { unit: ['nginx'] } };
  const limits = { maxUnitsPerRun: 10, maxResourcesPerWindow: 100, maxUnitsPerWindow: 1000 };
  return {
    environments: {
      [OWNER.environment]: { stage: 'approve', ...limits, maxActionsPerHour: 100, cooldownMinutes: 1 },
    },
    resources: [
      allow({ resource: checkout, service: CHECKOUT, action: 'restart-service' }),
      allow({
        ...{ resource: flags, service: FLAGS, action: 'enable-circuit-breaker' },
        parameters: { field: 'breaker' },
      }),
      allow({
        ...{ resource: orders, service: ORDERS, action: 'redrive-dead-letters' },
        parameters: { maxMessages: 100 },
      }),
      allow({ resource: proxy, service: PROXY, action: 'restart-process', parameters: command }),
      allow({ resource: pay, service: PAY, action: 'roll-back-alias' }),
    ],
    alerts: [
      mapped(ALARMS.leak, 'memory-leak', checkout, CHECKOUT),
      mapped(ALARMS.errors, 'errors-high', flags, FLAGS),
      mapped(ALARMS.dead, 'dead-letters', orders, ORDERS),
      mapped(ALARMS.stuck, 'errors-high', proxy, PROXY),
    ],
  };
};

const deployedAt = (now: number): number => now - DEPLOYED_MINUTES_AGO * MINUTE;

/** What the services did in the last two hours, and one that was well until its deployment. */
export const sendHistory = (client: ApiClient, now: number) =>
  sendPoints(client, [
    ...SERVICES.flatMap(({ target, metric }) =>
      historyOf(now, HISTORY_MINUTES, (at) => ({ target, metric, timestamp: at, value: SICK + noise(at) })),
    ),
    ...historyOf(now, PAY_HISTORY_MINUTES, (at) => ({
      ...{ target: PAY.target, metric: PAY.metric, timestamp: at },
      value: (at > deployedAt(now) ? SICK : WELL) + noise(at),
    })),
  ]);

/** Reports the deployment after which it was slow. */
export const reportDeployment = (client: ApiClient, now: number) =>
  client.recordChange({
    ...{ target: PAY.target, kind: 'deployment', summary: 'version 2 deployed' },
    ...{ at: String(deployedAt(now)), version: '2', previousVersion: '1' },
  });

/** The services send each minute what they do, until the signal: sick, or well once they were helped. */
export const keepSending = (
  client: ApiClient,
  since: number,
  isHelped: (service: Service) => boolean,
  signal: AbortSignal,
): Promise<void> => {
  const pointsAt = async (at: number) =>
    [...SERVICES, PAY].map((service) => ({
      ...{ target: service.target, metric: service.metric, timestamp: at },
      value: (isHelped(service) ? WELL : SICK) + noise(at),
    }));
  return sendEachMinute(client, since, pointsAt, signal);
};
