import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import * as z from 'zod';
import { type ChainHead, Decision } from '../../core/remediation/decision.ts';
import {
  AnomalyAnswer,
  ApiKeyAnswer,
  BaselineAnswer,
  BreachAnswer,
  BreakerAnswer,
  CausesAnswer,
  ChangeAnswer,
  ChangeSummaryAnswer,
  DecisionAnswer,
  DecisionsEndAnswer,
  ForecastAnswer,
  HealthAnswer,
  IncidentAnswer,
  IncidentSummaryAnswer,
  IngestAnswer,
  IngestionAnswer,
  IssuedApiKeyAnswer,
  PerformanceAnswer,
  pageOf,
  RecordedChangeAnswer,
  RiskAnswer,
  RunAnswer,
  SeriesAnswer,
  SettingsAnswer,
  StartedRunAnswer,
  TargetAnswer,
  TopologyAnswer,
} from './answers.ts';
import { ApiReader, withJson } from './api-reader.ts';
import type {
  AnomalyQuery,
  ApiKeyRequest,
  BreachQuery,
  BreakerQuery,
  CallRequest,
  ChangeQuery,
  ChangeRequest,
  DecisionQuery,
  IncidentQuery,
  IngestPayload,
  ListOptions,
  PerformanceQuery,
  PlanRequest,
  SettingsRequest,
  TargetQuery,
} from './requests.ts';

const compress = promisify(gzip);

const CONTENT_TYPES = {
  json: 'application/gzip',
  csv: 'application/gzip',
  otlp: 'application/x-protobuf',
} as const;

/** Typed client of the HTTP API. Validates responses; every method throws ApiRequestError or ApiUnreachableError. */
export class ApiClient extends ApiReader {
  health(): Promise<z.infer<typeof HealthAnswer>> {
    return this.read(HealthAnswer, { method: 'GET', path: '/v1/health' });
  }

  /** Sends one payload, gzipped unless its type must stay a text type. Idempotent, so lost responses are retried. */
  async ingest({ format, body, contentType, query }: IngestPayload): Promise<IngestAnswer> {
    const type = contentType ?? CONTENT_TYPES[format];
    const plain = type === 'application/json';
    return this.read(IngestAnswer, {
      method: 'POST',
      path: `/v1/ingest/${format}`,
      headers: { 'content-type': type, ...(!plain && { 'content-encoding': 'gzip' }) },
      body: Uint8Array.from(plain ? Buffer.from(body) : await compress(body)),
      ...(query !== undefined && { query }),
    });
  }

  targets({ most, ...query }: TargetQuery = {}): AsyncGenerator<TargetAnswer, void, void> {
    return this.list(TargetAnswer, '/v1/targets', query, most);
  }

  /** Summary of ingestion: targets by state, lag, share of the expected points. */
  ingestion(): Promise<IngestionAnswer> {
    return this.read(IngestionAnswer, { method: 'GET', path: '/v1/ingestion' });
  }

  series(target: string, metric: string, from?: string, to?: string): Promise<SeriesAnswer> {
    const path = `/v1/targets/${encodeURIComponent(target)}/series`;
    return this.read(SeriesAnswer, { method: 'GET', path, query: { metric, from, to } });
  }

  /** The newest forecasts of a target, of one metric or of all. */
  async forecasts(target: string, metric?: string): Promise<ForecastAnswer[]> {
    const path = `/v1/targets/${encodeURIComponent(target)}/forecast`;
    const shape = z.union([pageOf(ForecastAnswer), ForecastAnswer]);
    const answer = await this.read(shape, { method: 'GET', path, query: { metric } });
    const page = pageOf(ForecastAnswer).safeParse(answer);
    return page.success ? page.data.items : [ForecastAnswer.parse(answer)];
  }

  /** Highest risk first. */
  breaches({ most, ...query }: BreachQuery = {}): AsyncGenerator<BreachAnswer, void, void> {
    return this.list(BreachAnswer, '/v1/breaches', query, most);
  }

  /** Newest first. */
  anomalies({ most, ...query }: AnomalyQuery = {}): AsyncGenerator<AnomalyAnswer, void, void> {
    return this.list(AnomalyAnswer, '/v1/anomalies', query, most);
  }

  /** The learned baseline of one metric. */
  baseline(target: string, metric: string): Promise<BaselineAnswer> {
    const path = `/v1/targets/${encodeURIComponent(target)}/baseline`;
    return this.read(BaselineAnswer, { method: 'GET', path, query: { metric } });
  }

  /** How forecasts did: one answer for each version of a model. */
  async performance(model: string, query: PerformanceQuery = {}): Promise<PerformanceAnswer[]> {
    const path = `/v1/models/${encodeURIComponent(model)}/performance`;
    return (await this.read(pageOf(PerformanceAnswer), { method: 'GET', path, query: { ...query } })).items;
  }

  settings(): Promise<SettingsAnswer> {
    return this.read(SettingsAnswer, { method: 'GET', path: '/v1/settings' });
  }

  /** Replaces all settings, also those that are missing here; rejected with 409 if `version` is not the stored one. */
  replaceSettings(settings: SettingsRequest): Promise<SettingsAnswer> {
    const headers = { 'content-type': 'application/json' };
    const body = Uint8Array.from(Buffer.from(JSON.stringify(settings)));
    return this.read(SettingsAnswer, { method: 'PUT', path: '/v1/settings', headers, body });
  }

  /** Newest first. */
  incidents({ most, ...query }: IncidentQuery = {}): AsyncGenerator<IncidentSummaryAnswer, void, void> {
    return this.list(IncidentSummaryAnswer, '/v1/incidents', query, most);
  }

  /** One incident; the id of a merged incident returns the one that it was merged into. */
  incident(id: string): Promise<IncidentAnswer> {
    return this.read(IncidentAnswer, { method: 'GET', path: `/v1/incidents/${encodeURIComponent(id)}` });
  }

  causes(id: string): Promise<CausesAnswer> {
    return this.read(CausesAnswer, { method: 'GET', path: `/v1/incidents/${encodeURIComponent(id)}/causes` });
  }

  /** Changes the status of an incident; rejected with 409 if its current status does not allow the transition. */
  transitionIncident(
    id: string,
    to: IncidentSummaryAnswer['status'],
    note?: string,
    conclusion: { readonly cause?: string | undefined; readonly fix?: string | undefined } = {},
  ): Promise<IncidentAnswer> {
    const path = `/v1/incidents/${encodeURIComponent(id)}/transitions`;
    return this.read(IncidentAnswer, withJson('POST', path, { to, note, ...conclusion }));
  }

  /** Records a deployment or another change. Idempotent for the same `id`. */
  recordChange(change: ChangeRequest): Promise<z.infer<typeof RecordedChangeAnswer>> {
    return this.read(RecordedChangeAnswer, withJson('POST', '/v1/changes', change));
  }

  /** Newest first. */
  changes({ most, ...query }: ChangeQuery = {}): AsyncGenerator<ChangeSummaryAnswer, void, void> {
    return this.list(ChangeSummaryAnswer, '/v1/changes', query, most);
  }

  change(id: string): Promise<ChangeAnswer> {
    return this.read(ChangeAnswer, { method: 'GET', path: `/v1/changes/${encodeURIComponent(id)}` });
  }

  /** Assesses a planned change, with the tenant's own deployments as examples; records nothing. */
  assessChange(plan: PlanRequest, target?: string): Promise<RiskAnswer> {
    return this.read(RiskAnswer, withJson('POST', '/v1/changes/assess', { plan, target }));
  }

  /** The calls between targets: declared, and learned from traces. */
  topology(): Promise<TopologyAnswer> {
    return this.read(TopologyAnswer, { method: 'GET', path: '/v1/topology' });
  }

  /** Replaces the declared calls. */
  declareTopology(edges: readonly CallRequest[]): Promise<TopologyAnswer> {
    return this.read(TopologyAnswer, withJson('PUT', '/v1/topology', { edges }));
  }

  /** Newest first. */
  runs({ most }: ListOptions = {}): AsyncGenerator<RunAnswer, void, void> {
    return this.list(RunAnswer, '/v1/forecast-runs', {}, most);
  }

  run(id: string): Promise<RunAnswer> {
    return this.read(RunAnswer, { method: 'GET', path: `/v1/forecast-runs/${encodeURIComponent(id)}` });
  }

  /** Starts a forecast run; once per idempotency key. */
  startRun(idempotencyKey?: string): Promise<z.infer<typeof StartedRunAnswer>> {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return this.read(StartedRunAnswer, { method: 'POST', path: '/v1/forecast-runs', headers });
  }

  /** In the order of the chain, with all their fields, so that they can be verified. */
  decisions({ most, ...query }: DecisionQuery = {}): AsyncGenerator<Decision, void, void> {
    return this.list(Decision, '/v1/decisions', query, most);
  }

  /** The last decision. */
  async decisionsEnd(): Promise<ChainHead> {
    return (
      await this.read(DecisionsEndAnswer, { method: 'GET', path: '/v1/decisions', query: { limit: 1 } })
    ).head;
  }

  /** A decision with its recorded inputs; with `diagnosis` also those of the diagnosis that it rests on. */
  decision(
    sequence: number,
    query: { readonly diagnosis?: 'true' } = {},
  ): Promise<z.infer<typeof DecisionAnswer>> {
    return this.read(DecisionAnswer, { method: 'GET', path: `/v1/decisions/${sequence}`, query });
  }

  /** Circuit breakers, by kind and name. */
  breakers({ most, ...query }: BreakerQuery = {}): AsyncGenerator<BreakerAnswer, void, void> {
    return this.list(BreakerAnswer, '/v1/breakers', query, most);
  }

  /** By id. */
  apiKeys({ most }: ListOptions = {}): AsyncGenerator<ApiKeyAnswer, void, void> {
    return this.list(ApiKeyAnswer, '/v1/api-keys', {}, most);
  }

  /** Creates a key; once per idempotency key. */
  createApiKey(request: ApiKeyRequest, idempotencyKey: string): Promise<IssuedApiKeyAnswer> {
    const { headers, ...post } = withJson('POST', '/v1/api-keys', request);
    return this.read(IssuedApiKeyAnswer, {
      ...post,
      headers: { ...headers, 'idempotency-key': idempotencyKey },
    });
  }

  /** Replaces a key, which stays valid for `overlapHours`; rejected with 409 if it was replaced before. */
  rotateApiKey(id: string, overlapHours: number): Promise<IssuedApiKeyAnswer> {
    const path = `/v1/api-keys/${encodeURIComponent(id)}/rotate`;
    return this.read(IssuedApiKeyAnswer, withJson('POST', path, { overlapHours }));
  }

  revokeApiKey(id: string): Promise<ApiKeyAnswer> {
    return this.read(ApiKeyAnswer, { method: 'DELETE', path: `/v1/api-keys/${encodeURIComponent(id)}` });
  }
}
