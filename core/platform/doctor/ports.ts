import { ForestallError } from '../../shared/errors.ts';
import type { SecretFacts } from '../secrets/check-secrets.ts';

/** The caller lacks a permission; `action` is its name, such as `sns:ListSubscriptionsByTopic`. */
export class MissingPermissionError extends ForestallError {
  override readonly name = 'MissingPermissionError';
  readonly action: string;
  constructor(action: string, cause?: unknown) {
    super(`needs permission ${action}`, cause === undefined ? undefined : { cause });
    this.action = action;
  }
}

/** The status is that of CloudFormation, or `missing`. */
export interface StackFact {
  readonly name: string;
  readonly status: string;
}

export interface BootstrapFact {
  /** Undefined: the account is not bootstrapped in this region. */
  readonly version: number | undefined;
  readonly minVersion: number;
}

export interface SubscriptionFact {
  readonly endpoint: string;
  readonly isConfirmed: boolean;
}

/** A topic that alarms notify. */
export interface AlarmTopicFact {
  readonly topic: string;
  /** Alarms notify it, but it no longer exists. */
  readonly isDeleted?: boolean;
  readonly mayAlarmsPublish: boolean;
  readonly subscriptions: readonly SubscriptionFact[];
}

export interface AlarmFact {
  /** Path of its construct, as in the runbook. */
  readonly name: string;
  /** Name in CloudWatch. */
  readonly id: string;
  readonly exists: boolean;
  readonly isRaised: boolean;
  readonly areActionsEnabled: boolean;
  /** Number of topics that are notified when it is raised. */
  readonly actions: number;
  readonly reason: string;
  /** `docs/runbook.md#…` from its description. */
  readonly runbook: string | undefined;
}

export interface ConcurrencyFact {
  /** Functions of the account that may run at once. */
  readonly limit: number;
  /** Parts of the stage, and how many functions each runs at once at most. */
  readonly demands: readonly { readonly what: string; readonly functions: number }[];
}

/** `is…`: as it is; `shouldBe…`: as its stack declares it. */
export interface TableFact {
  readonly name: string;
  readonly id: string;
  readonly isRecoverable: boolean;
  readonly shouldBeRecoverable: boolean;
  readonly isProtected: boolean;
  readonly shouldBeProtected: boolean;
  /** True if expired items are deleted. */
  readonly isExpiring: boolean;
  /** The attribute with the time at which an item expires; undefined if items do not. */
  readonly expiresBy: string | undefined;
  /** Its stack declares it, but it no longer exists. */
  readonly isDeleted?: boolean;
}

/** The rules of a bucket that say when its objects expire. */
export interface BucketFact {
  readonly name: string;
  readonly id: string;
  readonly rules: number;
  readonly expectedRules: number;
  /** Its stack declares it, but it no longer exists. */
  readonly isDeleted?: boolean;
}

/** `stopped`: its reserved concurrency is 0, so that it is never invoked. */
export interface FunctionFact {
  readonly name: string;
  readonly id: string;
  readonly state: 'active' | 'stopped' | 'deleted';
}

export interface LogGroupFact {
  readonly id: string;
  /** Undefined: lines are kept for ever. */
  readonly days: number | undefined;
  readonly expectedDays: number;
  /** Its stack declares it, but it no longer exists. */
  readonly isDeleted?: boolean;
}

/** State of a trigger that no longer exists. */
export const DELETED = 'deleted';

export type StoreKind = 'table' | 'bucket' | 'queue' | 'topic' | 'log group';

/** How something that stores data is protected. */
export interface StoreProtectionFact {
  readonly name: string;
  readonly id: string;
  readonly kind: StoreKind;
  /** The KMS key that it is encrypted with; undefined: none, or one that AWS owns. */
  readonly key: string | undefined;
  readonly isEncrypted: boolean;
  /** The stage's own key; undefined: it has none. */
  readonly stageKey: string | undefined;
  /** Undefined: it has no policy of its own. */
  readonly refusesPlainHttp: boolean | undefined;
  /** Its stack declares it, but it no longer exists. */
  readonly isDeleted?: boolean;
}

/** A secret of the stage, and what its versions hold. */
export interface SecretFact extends SecretFacts {
  /** ARN. */
  readonly id: string;
  /** Days between two rotations; undefined if no stack declares any. */
  readonly rotationDays: number | undefined;
  /** ARN of the function that rotates it; undefined if it is not deployed. */
  readonly rotator: string | undefined;
  readonly pendingId: string | undefined;
  readonly versions: readonly SecretVersionFact[];
  /** `deleting`: it can still be restored. */
  readonly state: 'active' | 'deleting' | 'deleted';
  /** Epoch milliseconds at which the facts were read. */
  readonly readAt: number;
}

/** The current version of a secret, or the one before. */
export interface SecretVersionFact {
  readonly id: string;
  readonly label: 'current' | 'previous';
  /** `unread`: the caller may not read it. */
  readonly content: 'valid' | 'invalid' | 'unread';
  /** Why it is invalid; never a part of it. */
  readonly reason?: string;
}

/** Something that starts work: a schedule, a rule, or the connection of a queue or stream to a function. */
export interface TriggerFact {
  readonly name: string;
  readonly kind: 'schedule' | 'rule' | 'event source';
  readonly isEnabled: boolean;
  readonly state: string;
  /** The command that enables it. */
  readonly enable: string;
}

export interface DeadLetterFact {
  readonly name: string;
  readonly messages: number;
  /** `docs/runbook.md#…` of the queue's alarm. */
  readonly runbook: string | undefined;
}

/** Accepted data of a tenant that could not be stored. */
export interface ParkedFact {
  readonly tenantId: string;
  /** Number of payloads; `isMore` if listing stopped before the last. */
  readonly payloads: number;
  readonly isMore: boolean;
  /** Where they are. */
  readonly address: string;
  /** Why one of them could not be stored. */
  readonly reason: string | undefined;
}

/** Stored items that a function could not read within the last day. */
export interface UnreadableFact {
  readonly service: string;
  readonly count: number;
}

/**
 * A deployed stage, read and never changed. Each read is independent of the others.
 * Reads fail with a MissingPermissionError if the caller may not make one of its requests.
 */
export interface Deployment {
  stacks(): Promise<readonly StackFact[]>;
  bootstrap(): Promise<BootstrapFact>;
  alarmTopics(): Promise<readonly AlarmTopicFact[]>;
  alarms(): Promise<readonly AlarmFact[]>;
  concurrency(): Promise<ConcurrencyFact>;
  tables(): Promise<readonly TableFact[]>;
  buckets(): Promise<readonly BucketFact[]>;
  functions(): Promise<readonly FunctionFact[]>;
  logGroups(): Promise<readonly LogGroupFact[]>;
  protection(): Promise<readonly StoreProtectionFact[]>;
  secrets(): Promise<readonly SecretFact[]>;
  schedules(): Promise<readonly TriggerFact[]>;
  rules(): Promise<readonly TriggerFact[]>;
  eventSources(): Promise<readonly TriggerFact[]>;
  deadLetters(): Promise<readonly DeadLetterFact[]>;
  parked(): Promise<readonly ParkedFact[]>;
  unreadable(): Promise<readonly UnreadableFact[]>;
}
