/** Stores of remediations, and the resources that they change. Every call names its tenant. */
import type { Json } from '../shared/canonical-json.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Versioned } from '../shared/versioned.ts';
import type { CatalogueAction, Change } from './action.ts';
import type { AlertSource, Cause } from './cause.ts';
import type { Anchor, ChainHead, Decision, NewDecision } from './decision.ts';
import type { Ledger } from './ledger.ts';
import type { Notice } from './notice.ts';
import type { KillSwitch, RemediationPolicy } from './policy.ts';
import type { Remediation } from './remediation.ts';
import type { TrackRecord } from './track-record.ts';

/** Everything of a tenant that a decision may depend on, apart from the remediation. Strongly consistent. */
export interface RemediationState {
  /** Undefined: the tenant has no policy, so nothing is allowed. */
  readonly policy: Versioned<RemediationPolicy | undefined>;
  readonly killSwitch: Versioned<KillSwitch | undefined>;
  readonly track: Versioned<TrackRecord>;
  readonly head: ChainHead;
}

/**
 * What one step writes, all or nothing. Each versioned item is written if it is still at `revision`; the decisions are
 * appended after `head`.
 */
export interface RemediationWrite {
  readonly tenantId: string;
  readonly head: ChainHead;
  readonly decisions: readonly NewDecision[];
  readonly remediation?: Versioned<Remediation>;
  readonly ledger?: Versioned<Ledger> & { readonly environment: string };
  readonly track?: Versioned<TrackRecord>;
  readonly policy?: Versioned<RemediationPolicy>;
  readonly killSwitch?: Versioned<KillSwitch>;
}

export interface RemediationStore {
  state(tenantId: string): Promise<RemediationState>;
  /** Strongly consistent. */
  get(tenantId: string, remediationId: string): Promise<Versioned<Remediation> | undefined>;
  ledger(tenantId: string, environment: string): Promise<Versioned<Ledger>>;
  /** Returns the appended decisions, or undefined, having written nothing, if another writer was first. */
  commit(write: RemediationWrite): Promise<readonly Decision[] | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<Remediation>>;
}

export interface DecisionStore {
  /** In the order of the chain, from `after` (exclusive). */
  list(tenantId: string, page: PageRequest & { readonly after?: number }): Promise<Page<Decision>>;
  ofRemediation(tenantId: string, remediationId: string): Promise<readonly Decision[]>;
  head(tenantId: string): Promise<ChainHead>;
}

/** Tenants that ever had a decision. */
export interface DecisionTenants {
  listTenants(): Promise<readonly string[]>;
}

/** Ends of chains, which nobody can change or delete until their retention ends. */
export interface AnchorStore {
  /** Repeating it has no effect. */
  put(tenantId: string, anchor: Anchor): Promise<void>;
  latest(tenantId: string): Promise<Anchor | undefined>;
}

/** All anchors as they were first stored, whatever was stored under their names afterwards. */
export interface AnchorHistory {
  /** Oldest first. `at` is the time at which the store received it if that is later. */
  list(tenantId: string): Promise<readonly Anchor[]>;
}

/** Recorded inputs of decisions, by their hash. */
export interface DecisionInputs {
  /** Stores the inputs unless they are stored already; returns their hash. */
  put(tenantId: string, inputs: Json): Promise<string>;
  get(tenantId: string, hash: string): Promise<Json | undefined>;
}

/** An alert that the policy maps. Times are epoch seconds, as Forestall received them. */
export interface StandingAlert {
  readonly source: AlertSource;
  readonly name: string;
  readonly receivedAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
}

/** A beginning or an end of an alert. `sentAt` only puts deliveries of one alert into their order. */
export interface AlertChange {
  readonly source: AlertSource;
  readonly name: string;
  readonly state: 'begun' | 'ended';
  readonly sentAt: number;
  readonly receivedAt: number;
}

export interface StandingAlerts {
  /**
   * Records a change unless a later one is known; returns the alert as it is afterwards. A repeated beginning keeps the
   * time at which the first one was received.
   */
  record(tenantId: string, change: AlertChange): Promise<StandingAlert>;
  /** Strongly consistent. */
  get(tenantId: string, source: AlertSource, name: string): Promise<StandingAlert | undefined>;
}

/** The owner of a resource, as its tags say; a change is refused unless both match. */
export interface Owner {
  readonly tenantId: string;
  readonly environment: string;
}

/** What a call to a resource needs to know. */
export interface ResourceCall {
  readonly action: CatalogueAction;
  /** Valid id of the action's kind. */
  readonly resource: string;
  readonly parameters: Json;
  readonly owner: Owner;
  /** Makes repeated attempts of the same effect one. */
  readonly remediationId: string;
}

/** A call that a change would make, as a dry run shows it. */
export interface PreviewedCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Json;
}

/** Resources behind the actions. Only the executing function can change them. */
export interface Resources {
  /**
   * The present state, as the action's schema defines it.
   * @throws NotManagedError if the resource does not exist, or its tags do not name this owner
   * @throws DependencyUnavailableError if it cannot be read now
   */
  read(call: ResourceCall): Promise<Json>;
  /** The calls that `change` would make, without making them. Pure. */
  preview(call: ResourceCall, change: Change<Json>): readonly PreviewedCall[];
  /** Makes them. Repeating it has no further effect. Returns before the intended state is reached. */
  change(call: ResourceCall, change: Change<Json>): Promise<void>;
}

/** A remediation that is to begin. Requests with the same cause begin the same one. */
export interface StartRequest {
  readonly cause: Cause;
  /** Only a rehearsal: it ends before anything is changed. */
  readonly isDryRun: boolean;
  /** Epoch seconds; nothing is chosen before, because an alert has to last. */
  readonly beginAt: number;
}

/** Begins the work of workflows. Repeating a call has no further effect. */
export interface RemediationStarts {
  /** Returns the id of the remediation. */
  request(tenantId: string, request: StartRequest): Promise<string>;
  /** Begins to undo a remediation for which people approved; `approvedAt` is the time of the last approval. */
  undo(tenantId: string, remediationId: string, approvedAt: number): Promise<void>;
}

export type PlanAnswer = 'approved' | 'rejected';

/** Workflows that wait for an answer of people. */
export interface WaitingWorkflows {
  /** `not-waiting`: it has got its answer, or waits no longer. */
  answer(taskToken: string, answer: PlanAnswer): Promise<'sent' | 'not-waiting'>;
}

/** Tells the people of the stage. Throws if nobody could be told; to tell twice is harmless. */
export interface PeopleNotifier {
  tell(notice: Notice): Promise<void>;
}
