/** An action of the catalogue: what it does to one kind of resource, and everything that the gate must know about it. */
import type * as z from 'zod';
import type { Json } from '../shared/canonical-json.ts';
import type { ResourceKind } from './resource.ts';

export const RISKS = ['low', 'medium', 'high'] as const;
export type Risk = (typeof RISKS)[number];

/** `undo`: the earlier state can be restored; `fades`: the effect is over by itself (a restart); `permanent`: neither. */
export const REVERSIBILITIES = ['undo', 'fades', 'permanent'] as const;
export type Reversibility = (typeof REVERSIBILITIES)[number];

/** How an action affects its resource. An action of one effect never has the opposite one, whatever state it finds. */
export const EFFECTS = [
  'adds-capacity',
  'removes-capacity',
  'restarts',
  'restores-version',
  'limits-load',
  'lifts-limit',
  'moves-traffic',
  'works-off-backlog',
  'frees-space',
  'repairs',
  'notifies',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** What an action would change: the state read before, and the state intended. Both are JSON of the action's `state`. */
export interface Change<State> {
  readonly from: State;
  readonly to: State;
  /** One sentence with the values: `desired capacity 5 → 6`. */
  readonly summary: string;
  /** Units of the resource that the change touches, such as instances or tasks; at least 1. */
  readonly touches: number;
}

/** The action does not apply to the state that was read; the reason is a sentence for people. */
export interface NotApplicable {
  readonly notApplicable: string;
}

export interface CostQuote {
  /** US dollars for each hour that the change stays; 0 if none. */
  readonly usdPerHour: number;
  readonly usdOnce: number;
  /** What the quote is based on, for people. */
  readonly basis: string;
}

/** What a plan may depend on besides parameters and state; recorded with the decision. */
export interface PlanningContext {
  /** Identifies the effect: the same for all attempts of one remediation. */
  readonly remediationId: string;
  /** Epoch seconds at which the remediation was begun, not the present. */
  readonly at: number;
  /** Versions in the record of the deployment, null if unknown; null unless the cause is a deployment. */
  readonly deployment: { readonly deployed: string | null; readonly previous: string | null } | null;
  /** How many times the present capacity is needed, as a forecast says; null or absent if none does. */
  readonly demand?: number | null;
  /** Units that the change may touch at most; absent if nothing but the action's parameters limits them. */
  readonly maxUnits?: number;
}

/** Stands for the ARNs of the secrets of the stage's integrations. */
export const INTEGRATIONS = '{integrations}';

/** Permissions of an action's role. `{region}` and `{account}` in resources are those of the deployment. */
export interface ActionStatement {
  readonly actions: readonly string[];
  /**
   * ARN patterns: `arn:aws:ecs:{region}:{account}:service/*`; `*` only for reads that cannot be restricted, and
   * `INTEGRATIONS`.
   */
  readonly resources: readonly string[];
  /** True: only resources tagged for remediation by this tenant and environment (`docs/remediation.md`). */
  readonly tagged: boolean;
  /** Further conditions, as IAM writes them: operator, key, values. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A rule of the role that a cluster grants to Forestall. */
export interface ClusterRule {
  readonly apiGroup: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

export interface Action<Parameters = never, State = never> {
  readonly id: string;
  /** Incremented when plans of the earlier version would do something else. */
  readonly version: number;
  /** Imperative, for people: `Scale out an Auto Scaling group`. */
  readonly title: string;
  /** What happens, in two or three sentences, and what it cannot do. */
  readonly description: string;
  readonly resourceKind: ResourceKind;
  readonly effect: Effect;
  readonly risk: Risk;
  readonly reversibility: Reversibility;
  /** What the owner states in the policy: bounds and names, never an absolute size. Strict. */
  readonly parameters: z.ZodType<Parameters>;
  readonly state: z.ZodType<State>;
  /** The part of a state on which a plan rests: without what fluctuates by itself, such as the number of healthy instances. */
  basis(state: State): Json;
  /** The exact change for a state just read, computed from it; pure. Never the opposite of the action's effect. */
  plan(parameters: Parameters, state: State, context: PlanningContext): Change<State> | NotApplicable;
  /** The change that restores `from`, given the present state; not applicable if others changed the resource since. */
  undo(change: Change<State>, present: State): Change<State> | NotApplicable;
  /** True if the resource is in the intended state of the change: a repeated attempt then does nothing. */
  isDone(change: Change<State>, present: State): boolean;
  cost(change: Change<State>, parameters: Parameters): CostQuote;
  /** Time from the call to the effect, and from the effect until metrics show it. Minutes. */
  readonly minutes: { readonly act: number; readonly settle: number };
  /** Runs of this action at once, per tenant and environment. */
  readonly maxConcurrent: number;
  /** Role to read the state, and role to change it. The change role can do nothing else. */
  readonly permissions: {
    readonly read: readonly ActionStatement[];
    readonly change: readonly ActionStatement[];
    /** For resources of a Kubernetes cluster: the role of its service account, in the namespace of the resource. */
    readonly cluster?: readonly ClusterRule[];
  };
}

/** An action of the catalogue with its types hidden: parameters and states are validated JSON. */
export interface CatalogueAction
  extends Omit<Action, 'parameters' | 'state' | 'basis' | 'plan' | 'undo' | 'isDone' | 'cost'> {
  readonly parameters: z.ZodType;
  readonly state: z.ZodType;
  basis(state: Json): Json;
  plan(parameters: Json, state: Json, context: PlanningContext): Change<Json> | NotApplicable;
  undo(change: Change<Json>, present: Json): Change<Json> | NotApplicable;
  isDone(change: Change<Json>, present: Json): boolean;
  cost(change: Change<Json>, parameters: Json): CostQuote;
}
