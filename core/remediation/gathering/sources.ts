/** Where the facts about a problem are read. */
import type { DeploymentStore } from '../../changes/ports.ts';
import type { BreachStore, ForecastStore } from '../../forecasts/ports.ts';
import type { CauseStore, IncidentStore } from '../../incidents/ports.ts';
import type { TargetRegistry } from '../../metrics/ports.ts';
import type { ProblemFacts } from '../alerts/alert-type-of.ts';
import type { Problem } from '../cause.ts';
import type { Diagnosed } from '../choosing/choice-inputs.ts';
import type { RemediationPolicy } from '../policy.ts';
import type { StandingAlerts } from '../ports.ts';

export interface Sources {
  readonly breaches: Pick<BreachStore, 'stored'>;
  readonly forecasts: Pick<ForecastStore, 'get'>;
  readonly incidents: Pick<IncidentStore, 'get'>;
  readonly causes: Pick<CauseStore, 'get'>;
  readonly changes: Pick<DeploymentStore, 'get'>;
  readonly alerts: Pick<StandingAlerts, 'get'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
  /** Seconds between two forecasts of a target. */
  readonly forecastSeconds: number;
  readonly alertTypeOf: (facts: ProblemFacts) => { readonly id: string };
}

/** The versions of the deployment that a problem is about. */
export interface Deployment {
  readonly deployed: string | null;
  readonly previous: string | null;
}

/** What a cause means now. */
export type Found =
  | {
      readonly problem: Problem;
      /** Start of the trouble as far as Forestall knows, epoch seconds. */
      readonly since: number;
      readonly deployment: Deployment | null;
      /** The only resource that it is about; null for all resources of its targets. */
      readonly resource: string | null;
      /** The causes from which it follows; absent unless it is one of an incident's. */
      readonly diagnosis?: Diagnosed;
    }
  /** There is nothing to act on, for a reason that people read. */
  | { readonly absent: string; readonly diagnosis?: Diagnosed }
  /** More will be known then, epoch seconds. */
  | { readonly waitUntil: number };

/** What finding a problem depends on besides its cause. Epoch seconds. */
export interface Moment {
  readonly tenantId: string;
  readonly startedAt: number;
  readonly now: number;
  readonly policy: RemediationPolicy | undefined;
}
