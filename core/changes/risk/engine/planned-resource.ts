/** A planned infrastructure change, independent of the tool that described it. */

/** `unknown`: known only when the deployment runs. */
export type PlannedAction = 'add' | 'modify' | 'remove' | 'import' | 'unknown';

/** Replacement of the resource. `maybe`: depends on values known only during deployment. */
export type Replacement = 'never' | 'maybe' | 'always';

/**
 * Treatment of the old resource when it is removed or replaced. `unstated` if the description does not contain it: then
 * the resource is deleted, which is CloudFormation's default.
 */
export type Disposal = 'deleted' | 'kept' | 'snapshot' | 'unstated';

/** One setting that changes. Values are text, and undefined if the description has none. */
export interface PlannedSetting {
  /** The top-level property or attribute, such as `Runtime` or `DeletionPolicy`. */
  readonly name: string;
  readonly replacement: Replacement;
  readonly before?: string;
  readonly after?: string;
}

export interface PlannedResource {
  readonly stack: string;
  readonly logicalId: string;
  /** The name that its authors use, such as a construct path; undefined if the description has none. */
  readonly path?: string;
  /** CloudFormation type, such as `AWS::DynamoDB::Table`. */
  readonly type: string;
  readonly action: PlannedAction;
  readonly replacement: Replacement;
  readonly disposal: Disposal;
  readonly settings: readonly PlannedSetting[];
}

/** A policy statement or managed policy that is granted or removed. */
export interface PlannedGrant {
  readonly stack: string;
  readonly given: boolean;
  readonly effect: 'allow' | 'deny';
  /** `*` if the statement uses `NotAction`; `resources` and `principals` likewise. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly isConditional: boolean;
}

/** A security group rule that is added or removed. */
export interface PlannedRule {
  readonly stack: string;
  readonly added: boolean;
  readonly flow: 'in' | 'out';
  /** For example `TCP 443` or `Everything`. */
  readonly ports: string;
  /** For example `0.0.0.0/0`, `Everyone (IPv4)` or another group. */
  readonly peer: string;
}

export interface PlannedChange {
  /** Stacks that change, sorted. */
  readonly stacks: readonly string[];
  readonly resources: readonly PlannedResource[];
  readonly grants: readonly PlannedGrant[];
  readonly rules: readonly PlannedRule[];
}

/** Combines changes that are made together, such as the stacks of one deployment. */
export const combineChanges = (changes: readonly PlannedChange[]): PlannedChange => ({
  stacks: [...new Set(changes.flatMap(({ stacks }) => stacks))].sort(),
  resources: changes.flatMap(({ resources }) => resources),
  grants: changes.flatMap(({ grants }) => grants),
  rules: changes.flatMap(({ rules }) => rules),
});
