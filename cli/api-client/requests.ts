/** What the methods of the client take. */
import type { AnomalyKind } from '../../core/anomalies/anomaly.ts';
import type { ChangeFormat } from '../../core/changes/risk/formats/planned-change.ts';
import type { Severity } from '../../core/forecasts/breach-risk.ts';
import type { IngestFormat } from '../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { ShownState } from '../../core/platform/api/breakers.ts';
import type { Scope } from '../../core/platform/permissions.ts';
import type { ChangeSummaryAnswer, IncidentSummaryAnswer } from './answers.ts';

export interface ListOptions {
  /** Max number of items; default: all. */
  readonly most?: number | undefined;
}

export interface DecisionQuery extends ListOptions {
  readonly after?: number | undefined;
  readonly remediation?: string | undefined;
}

export interface BreachQuery extends ListOptions {
  readonly minProbability?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly target?: string | undefined;
}

export interface AnomalyQuery extends ListOptions {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly target?: string | undefined;
  readonly metric?: string | undefined;
  readonly kind?: AnomalyKind | undefined;
  /** Only ongoing anomalies. */
  readonly active?: 'true' | undefined;
}

/** Forecasts issued on these days. */
export interface PerformanceQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly metric?: string | undefined;
  readonly profile?: string | undefined;
}

export interface BreakerQuery extends ListOptions {
  readonly state?: ShownState | undefined;
}

export interface TargetQuery extends ListOptions {
  readonly profile?: string | undefined;
  readonly search?: string | undefined;
}

/** An ingest payload; for `otlp`, the content type distinguishes protobuf and JSON. */
export interface IngestPayload {
  readonly format: IngestFormat;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
  /** Query parameters of a two-column CSV. */
  readonly query?: { readonly target: string; readonly metric: string };
}

export interface IncidentQuery extends ListOptions {
  readonly status?: IncidentSummaryAnswer['status'] | undefined;
  readonly severity?: IncidentSummaryAnswer['severity'] | undefined;
}

export interface ChangeQuery extends ListOptions {
  readonly target?: string | undefined;
  readonly kind?: ChangeSummaryAnswer['kind'] | undefined;
  readonly health?: ChangeSummaryAnswer['health'] | undefined;
}

/** A planned change: the text of `cdk diff`, or the JSON of DescribeChangeSet. */
export interface PlanRequest {
  readonly format: ChangeFormat;
  readonly content: unknown;
}

export interface ChangeRequest {
  readonly target: string;
  readonly summary: string;
  readonly id?: string | undefined;
  /** ISO 8601 or epoch seconds; default: now. */
  readonly at?: string | undefined;
  readonly kind?: ChangeSummaryAnswer['kind'] | undefined;
  readonly version?: string | undefined;
  readonly previousVersion?: string | undefined;
  readonly plan?: PlanRequest | undefined;
}

export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601; default: never. */
  readonly expiresAt?: string | undefined;
}

export interface CallRequest {
  readonly caller: string;
  readonly callee: string;
  /** True: this call does not exist. */
  readonly absent?: boolean;
}

/** All settings; the API validates them. */
export interface SettingsRequest {
  /** The version last read. */
  readonly version: number;
  readonly [setting: string]: unknown;
}
