import { CATALOGUE } from '../../../core/remediation/catalogue/catalogue.ts';
import {
  type AlertMapping,
  type AutonomyStage,
  type RemediationCeiling,
  RemediationPolicy,
} from '../../../core/remediation/policy.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import type { ServiceKind } from '../../../core/simulator/managed/fault-plan.ts';
import type { ManagedService, ServiceAction } from '../../../core/simulator/managed/managed-service.ts';
import { ALERT_TYPES } from './service-problem.ts';

export const ENVIRONMENT = 'prod';

interface Remedy {
  readonly action: string;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly does: ServiceAction;
  /** Done for each unit that the plan touches. */
  readonly isPerUnit: boolean;
}

/** What the owner allows on each kind of service, and what the simulated world does for it. */
export const REMEDIES = {
  web: {
    action: 'scale-out-service',
    parameters: { add: 5, max: 20 },
    does: 'add-unit',
    isPerUnit: true,
  },
  worker: { action: 'restart-service', parameters: {}, does: 'restart', isPerUnit: false },
  store: {
    action: 'clear-temporary-files',
    parameters: { instances: ['i-00000001'] },
    does: 'free-space',
    isPerUnit: false,
  },
} as const satisfies Readonly<Record<ServiceKind, Remedy>>;

export const resourceOf = ({ id, kind }: Pick<ManagedService, 'id' | 'kind'>): string =>
  kind === 'store' ? `ssm-document:clean-${id}` : `ecs-service:fleet/${id}`;

export const alarmOf = ({ id }: Pick<ManagedService, 'id'>): string => `high-${id}`;

const alertOf = (service: ManagedService): AlertMapping => ({
  ...{ source: 'cloudwatch', name: alarmOf(service), alertType: ALERT_TYPES[service.kind], minMinutes: 0 },
  ...{ resource: resourceOf(service), metric: service.metric },
});

/** Limits for a fleet of hundreds of services; the defaults of a policy suit a handful. */
export const policyOf = (
  services: readonly ManagedService[],
  { stage, hasAlarms }: { readonly stage: AutonomyStage; readonly hasAlarms: boolean },
): RemediationPolicy =>
  RemediationPolicy.parse({
    alerts: hasAlarms ? services.map(alertOf) : [],
    environments: {
      [ENVIRONMENT]: {
        ...{ stage, maxUnitsPerRun: 10, maxResourcesPerWindow: 20, maxUnitsPerWindow: 100 },
        ...{ maxActionsPerHour: 20, cooldownMinutes: 60, maxUsdPerHour: 5 },
      },
    },
    resources: services.map((service) => {
      const { action, parameters } = REMEDIES[service.kind];
      const environment = ENVIRONMENT;
      return {
        resource: resourceOf(service),
        environment,
        targets: [service.id],
        actions: [{ action, parameters }],
      };
    }),
  });

export const CEILING: RemediationCeiling = {
  maxStage: 'automatic',
  actions: CATALOGUE.map(({ id }) => id),
  maxUnitsPerRun: 20,
  maxActionsPerHour: 30,
};

/** The state of a service's resource, as its action reads it. */
export const stateOf = (service: ManagedService, generation: number, isBusy: boolean): Json => {
  if (service.kind === 'web') {
    const units = service.units();
    return { desired: units, min: 0, max: 5000, inService: units };
  }
  if (service.kind === 'worker') return { generation: String(generation), units: service.units(), isBusy };
  return { startedBy: null, status: 'none' };
};
