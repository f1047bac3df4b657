/** The stores and senders that incidents need. Every call names its tenant. */

import type { Json } from '../shared/canonical-json.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { CausesReport } from './causes-report.ts';
import type { DeclaredEdge, DependencyEdge } from './dependency-graph.ts';
import type { PastIncident } from './diagnosis/similar-incidents.ts';
import type { IncidentsEvent } from './events.ts';
import type { Incident } from './incident.ts';
import type { AlarmSignal, ChangeSignal } from './signal.ts';

/** An incident with the events that may still have to be published. */
export interface StoredIncident {
  readonly incident: Incident;
  /** Raised by every write; 0 before the first. */
  readonly version: number;
  /** Events that may not have been published yet, oldest first. */
  readonly pending: readonly IncidentsEvent[];
}

/** The incidents of a tenant that new signals may join: ongoing ones, and resolved ones that may reopen. */
export interface OpenIncidents {
  /** Raised by every write to any incident of the tenant; 0 before the first. */
  readonly version: number;
  readonly incidents: readonly StoredIncident[];
  /** Epoch seconds of the next check for quiet incidents; undefined if none is scheduled. */
  readonly quietCheckAt: number | undefined;
  /** Ends that arrived before the signals they end: dedup key to epoch seconds. */
  readonly earlyEnds: ReadonlyMap<string, number>;
}

/** Incidents that one write may change or absorb. */
export const MAX_INCIDENTS_PER_WRITE = 99;
/** Members and seen signals that the changed incidents of one write may hold in all, unless it is a single incident. */
export const MAX_ENTRIES_PER_WRITE = 20_000;

/** Changes to the incidents of one tenant. They are written together or not at all. */
export interface IncidentWrite {
  readonly tenantId: string;
  /** Version of the open incidents from which the changes were computed. */
  readonly expectedVersion: number;
  /** Changed incidents, each with the version it will have. */
  readonly changed: readonly StoredIncident[];
  /** Ids of absorbed incidents, each with the id of the incident that absorbed it. */
  readonly absorbed: ReadonlyMap<string, string>;
  /** Ids of all incidents that new signals may join after the write. */
  readonly active: readonly string[];
  readonly quietCheckAt: number | undefined;
  readonly earlyEnds: ReadonlyMap<string, number>;
}

export interface IncidentStore {
  /** Strongly consistent. */
  readOpen(tenantId: string): Promise<OpenIncidents>;
  /** Returns false, and writes nothing, if another writer changed the tenant's open incidents in the meantime. */
  write(write: IncidentWrite): Promise<boolean>;
  /** Clears the pending events of incidents that are still at the given versions; newer versions keep theirs. */
  clearPending(tenantId: string, incidents: readonly StoredIncident[]): Promise<void>;
  /** Strongly consistent. The id of an absorbed incident returns the incident that absorbed it. */
  get(tenantId: string, incidentId: string): Promise<StoredIncident | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<Incident>>;
}

export interface FleetSizes {
  /** Approximate number of targets of a tenant that have sent metrics. */
  count(tenantId: string): Promise<number>;
}

export interface ChangeStore {
  /** Changes between `from` and `to` (epoch seconds, inclusive), oldest first. If there are too many, the newest ones. */
  between(tenantId: string, from: number, to: number): Promise<readonly ChangeSignal[]>;
}

/** A tenant's declared and observed dependencies; `version` counts writes. */
export interface StoredGraph {
  readonly version: number;
  readonly declared: readonly DeclaredEdge[];
  readonly observed: readonly DependencyEdge[];
  /** Epoch seconds; 0 if nothing is stored. */
  readonly updatedAt: number;
}

export interface GraphStore {
  /** Returns an empty graph of version 0 if the tenant has not stored one. */
  get(tenantId: string): Promise<StoredGraph>;
  /** @throws ConflictError if another graph was stored in the meantime */
  put(tenantId: string, graph: StoredGraph): Promise<void>;
}

export interface CauseStore {
  /** A report on an older version of the incident never overwrites one on a newer version. */
  put(tenantId: string, report: CausesReport, expiresAt: number): Promise<void>;
  get(tenantId: string, incidentId: string): Promise<CausesReport | undefined>;
  /** Stores what a closed incident teaches. Replaces an earlier lesson of the same incident. */
  remember(tenantId: string, past: PastIncident, expiresAt: number): Promise<void>;
  /** The newest closed incidents with a known cause. */
  past(tenantId: string, limit: number): Promise<readonly PastIncident[]>;
}

/** Recorded inputs of diagnoses, by their hash: what is decided about an incident can name them. */
export interface DiagnosisRecord {
  /** Stores the inputs unless they are stored already; returns their hash. */
  put(tenantId: string, inputs: Json): Promise<string>;
}

/** Longest delay of a quiet check. */
export const MAX_QUIET_CHECK_SECONDS = 900;

export interface SignalSender {
  /** Sends a change, or an alert of another system, to be grouped into incidents. */
  send(signal: ChangeSignal | AlarmSignal): Promise<void>;
  /** Schedules a check for quiet incidents of the tenant, at most `MAX_QUIET_CHECK_SECONDS` from now. */
  requestQuietCheck(tenantId: string, delaySeconds: number): Promise<void>;
}
