/** A change to infrastructure before it is made, whatever tool described it. */

/** `unknown`: the tool cannot say before it runs. */
export type PlannedAction = 'add' | 'modify' | 'remove' | 'import' | 'unknown';

/** Whether the thing is made anew: `maybe` where that depends on values known only while deploying. */
export type Replacement = 'never' | 'maybe' | 'always';

/**
 * What becomes of the old thing when it is removed or replaced. `unstated` where the description leaves it open:
 * then it is deleted, as that is what CloudFormation does by itself.
 */
export type Disposal = 'deleted' | 'kept' | 'snapshot' | 'unstated';

/** One setting that changes. Values as text, left out where the description has none. */
export interface PlannedSetting {
  /** The property or attribute at the top, such as `Runtime` or `DeletionPolicy`. */
  readonly name: string;
  readonly replacement: Replacement;
  readonly before?: string;
  readonly after?: string;
}

export interface PlannedResource {
  readonly stack: string;
  readonly logicalId: string;
  /** What its authors call it, such as a construct path; left out where the description has none. */
  readonly path?: string;
  /** CloudFormation type, such as `AWS::DynamoDB::Table`. */
  readonly type: string;
  readonly action: PlannedAction;
  readonly replacement: Replacement;
  readonly disposal: Disposal;
  readonly settings: readonly PlannedSetting[];
}

/** A statement of a policy, or a managed policy, that is given or taken away. */
export interface PlannedGrant {
  readonly stack: string;
  readonly given: boolean;
  readonly effect: 'allow' | 'deny';
  /** Empty where the statement says everything but some (`NotAction`): then `*` stands here. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly isConditional: boolean;
}

/** A rule of a security group that comes or goes. */
export interface PlannedRule {
  readonly stack: string;
  readonly added: boolean;
  readonly flow: 'in' | 'out';
  /** Such as `TCP 443` or `Everything`. */
  readonly ports: string;
  /** Such as `0.0.0.0/0`, `Everyone (IPv4)` or another group. */
  readonly peer: string;
}

export interface PlannedChange {
  /** Stacks that change, sorted. */
  readonly stacks: readonly string[];
  readonly resources: readonly PlannedResource[];
  readonly grants: readonly PlannedGrant[];
  readonly rules: readonly PlannedRule[];
}

export const NO_CHANGE: PlannedChange = { stacks: [], resources: [], grants: [], rules: [] };

/** Several changes made together, such as the stacks of one deployment. */
export const combineChanges = (changes: readonly PlannedChange[]): PlannedChange => ({
  stacks: [...new Set(changes.flatMap(({ stacks }) => stacks))].sort(),
  resources: changes.flatMap(({ resources }) => resources),
  grants: changes.flatMap(({ grants }) => grants),
  rules: changes.flatMap(({ rules }) => rules),
});
