/** What the oracle knows at one moment of a trace: everything that truly happened before. */
import type { RemediationPlan } from '../../../core/remediation/plan.ts';
import type { EnvironmentPolicy, ManagedResource } from '../../../core/remediation/policy.ts';
import { ENVIRONMENT } from './random-policy.ts';
import type { Effect, End, Happening, Timed, Trace } from './trace.ts';

export type Reserved = Extract<Timed, { readonly kind: 'reserved' }>;
type Ended = Extract<Timed, { readonly kind: 'ended' }>;
type Approved = Extract<Timed, { readonly kind: 'approved' }>;

export interface Past {
  readonly trace: Trace;
  readonly happenings: readonly Timed[];
}

export const reservations = ({ happenings }: Past): readonly Reserved[] =>
  happenings.filter((each) => each.kind === 'reserved');

export const reservationOf = (past: Past, id: string, effect: Effect): Reserved | undefined =>
  reservations(past).find((each) => each.id === id && each.effect === effect);

export const has = ({ happenings }: Past, kind: Happening['kind'], id: string, effect: Effect): boolean =>
  happenings.some(
    (each) => each.kind === kind && 'effect' in each && each.id === id && each.effect === effect,
  );

export const ends = ({ happenings }: Past): readonly Ended[] =>
  happenings.filter((each) => each.kind === 'ended');

/** How the action of a remediation ended; undefined while it runs. */
export const endOf = (past: Past, id: string): End | undefined =>
  ends(past).find((each) => each.id === id)?.end;

/** True while the action or its undoing runs. */
export const isRunning = (past: Past, { id, effect }: Reserved): boolean => {
  const start = past.happenings.findIndex(
    (each) => each.kind === 'reserved' && each.id === id && each.effect === effect,
  );
  return !past.happenings.slice(start).some((each) => each.kind === 'ended' && each.id === id);
};

export const isStopped = ({ happenings }: Past): boolean =>
  happenings.findLast((each) => each.kind === 'kill-switch')?.isOn === true;

/** People who approved an effect in a valid way. */
export const approversOf = ({ happenings }: Past, id: string, effect: Effect): ReadonlySet<string> => {
  const isApproval = (each: Timed): each is Timed & Approved => each.kind === 'approved';
  const valid = happenings.filter(isApproval).filter((each) => each.isValid);
  return new Set(
    valid.filter((each) => each.id === id && each.effect === effect).map(({ person }) => person),
  );
};

/** The policy in force for a plan; undefined parts do not exist. */
export const policyFor = (
  { happenings }: Past,
  { resource, action }: RemediationPlan,
): {
  readonly settings: EnvironmentPolicy | undefined;
  readonly allowed: ManagedResource['actions'][number] | undefined;
} => {
  const policy = happenings.findLast((each) => each.kind === 'policy')?.policy;
  const managed = policy?.resources.find((each) => each.resource === resource);
  return {
    settings: policy?.environments[ENVIRONMENT],
    allowed: managed?.actions.find((each) => each.action === action.id),
  };
};
