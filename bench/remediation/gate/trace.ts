/** What truly happened in a simulated world, in its order. Times are true ones, in epoch seconds. */
import type { RemediationPlan } from '../../../core/remediation/plan.ts';
import type { RemediationCeiling, RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';

export type Effect = 'action' | 'undo';
export type End = 'succeeded' | 'unproven' | 'ineffective' | 'failed';

export type Happening =
  | { readonly kind: 'policy'; readonly policy: RemediationPolicy }
  | { readonly kind: 'kill-switch'; readonly isOn: boolean }
  /** A person, or something that only looks like one, approved an action or its undoing. */
  | {
      readonly kind: 'approved';
      readonly id: string;
      readonly effect: Effect;
      readonly person: string;
      readonly isValid: boolean;
    }
  /** The gate allowed an effect, and its reservation was stored together with the earlier state. */
  | {
      readonly kind: 'reserved';
      readonly id: string;
      readonly effect: Effect;
      readonly plan: RemediationPlan;
      readonly units: number;
      /** People asked for it after the remediation had ended. */
      readonly isRequested: boolean;
      /** True time at which the worker read everything, and what its clock said then. */
      readonly readAt: number;
      readonly clock: number;
      readonly before: Json;
    }
  | { readonly kind: 'begun'; readonly id: string; readonly effect: Effect }
  /** The resource changed. */
  | {
      readonly kind: 'changed';
      readonly id: string;
      readonly effect: Effect;
      readonly resource: string;
      readonly from: Json;
      readonly to: Json;
    }
  | { readonly kind: 'ended'; readonly id: string; readonly end: End; readonly clock: number };

export type Timed = Happening & { readonly at: number };

export interface Trace {
  readonly ceiling: RemediationCeiling;
  /** Ends of remediations before the simulation began. */
  readonly earlier: readonly { readonly action: string; readonly end: End; readonly at: number }[];
  readonly errorBudget: number | null;
  readonly happenings: readonly Timed[];
  /** How often each rule refused, and how often the gate was asked. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly judged: number;
}
