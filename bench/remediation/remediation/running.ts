/** A remediation in the simulated fleet. */
import type { Cause } from '../../../core/remediation/cause.ts';
import type { RemediationPlan } from '../../../core/remediation/plan.ts';
import type { ForecastPath } from '../../../core/remediation/verification/verification-inputs.ts';
import type { WatchedService } from './watched-service.ts';

/** Times are epoch seconds. */
export interface Waiting {
  readonly id: string;
  readonly watched: WatchedService;
  readonly cause: Extract<Cause, { kind: 'predicted-breach' | 'alert' }>;
  readonly startedAt: number;
  /** When an action is chosen. */
  readonly dueAt: number;
}

export interface Planned extends Waiting {
  readonly plan: RemediationPlan;
  /** As it was before the action. */
  readonly forecast: ForecastPath;
  /** When people approve; null if nobody has to. */
  readonly answerAt: number | null;
}

export interface Acted extends Planned {
  readonly beganAt: number;
}

export type Running = Waiting | Planned | Acted;
