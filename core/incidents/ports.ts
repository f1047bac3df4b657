/** Where incidents, what they depend on and what was found of their causes are kept. Every call names its tenant. */

import type { Page, PageRequest } from '../shared/page.ts';
import type { CausesReport } from './causes-report.ts';
import type { DeclaredEdge } from './dependency-graph.ts';
import type { PastIncident } from './diagnosis/similar-incidents.ts';
import type { IncidentsEvent } from './events.ts';
import type { Incident } from './incident.ts';
import type { ChangeSignal } from './signal.ts';
import type { DependencyEdge } from './topology/dependency-edge.ts';

/** An incident with what is still to be told of it. */
export interface StoredIncident {
  readonly incident: Incident;
  /** Raised by every write; 0 before the first. */
  readonly version: number;
  /** Events that may not have been published yet, oldest first. */
  readonly pending: readonly IncidentsEvent[];
}

/** The incidents of a tenant that new signals may concern: ongoing ones, and those that may be reopened. */
export interface OpenIncidents {
  /** Raised by every write to any incident of the tenant; 0 before the first. */
  readonly version: number;
  readonly incidents: readonly StoredIncident[];
  /** Epoch seconds at which a look for quiet incidents is due; undefined where none is asked for. */
  readonly quietCheckAt: number | undefined;
  /** Ends that arrived before what they end: dedup key -> epoch seconds. */
  readonly earlyEnds: ReadonlyMap<string, number>;
}

/** What one step changes; all of it is written, or nothing. */
export interface IncidentWrite {
  readonly tenantId: string;
  /** Version of the book that the step started from. */
  readonly expectedVersion: number;
  /** Incidents that changed, each with the version it was read at. */
  readonly changed: readonly StoredIncident[];
  /** Ids of incidents that are part of another from now on -> that one's id. */
  readonly absorbed: ReadonlyMap<string, string>;
  /** Ids of all incidents that new signals may concern. */
  readonly active: readonly string[];
  readonly quietCheckAt: number | undefined;
  readonly earlyEnds: ReadonlyMap<string, number>;
}

export interface IncidentStore {
  /** Strongly consistent. */
  readOpen(tenantId: string): Promise<OpenIncidents>;
  /** False when somebody else wrote to the tenant's book meanwhile; nothing is written then. */
  write(step: IncidentWrite): Promise<boolean>;
  /** Forgets the events of incidents that are still at the given versions: others were written since and tell more. */
  clearPending(tenantId: string, incidents: readonly StoredIncident[]): Promise<void>;
  /** Strongly consistent. An absorbed incident's id gives the incident it is part of. */
  get(tenantId: string, incidentId: string): Promise<StoredIncident | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<Incident>>;
}

export interface FleetSizes {
  /** About how many targets a tenant has: those that have sent metrics. */
  count(tenantId: string): Promise<number>;
}

export interface ChangeStore {
  /** Changes from `from` to `to` (epoch seconds, inclusive), oldest first; the newest so many where there are too many. */
  between(tenantId: string, from: number, to: number): Promise<readonly ChangeSignal[]>;
}

/** What is known of who calls whom; `version` counts writes. */
export interface StoredGraph {
  readonly version: number;
  readonly declared: readonly DeclaredEdge[];
  readonly observed: readonly DependencyEdge[];
  /** Epoch seconds; 0 where nothing is stored. */
  readonly updatedAt: number;
}

export interface GraphStore {
  /** Nothing known where the tenant has never stored any. */
  get(tenantId: string): Promise<StoredGraph>;
  /** @throws ConflictError when somebody else stored another one meanwhile */
  put(tenantId: string, graph: StoredGraph): Promise<void>;
}

export interface CauseStore {
  /** A report on an older state of the incident never overwrites one on a newer state. */
  put(tenantId: string, report: CausesReport, expiresAt: number): Promise<void>;
  get(tenantId: string, incidentId: string): Promise<CausesReport | undefined>;
  /** Keeps what a closed incident teaches; a later one of the same incident replaces it. */
  remember(tenantId: string, past: PastIncident, expiresAt: number): Promise<void>;
  /** The newest closed incidents with a known cause. */
  past(tenantId: string, limit: number): Promise<readonly PastIncident[]>;
}

export interface SignalSender {
  /** Hands on something that happened to a target. */
  send(signal: ChangeSignal): Promise<void>;
  /** Asks for a look at the tenant's quiet incidents after so many seconds (at most 900). */
  requestQuietCheck(tenantId: string, delaySeconds: number): Promise<void>;
}
