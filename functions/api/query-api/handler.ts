import { OPERATIONS } from '../../../core/api/operations.ts';
import type { RoutesOf } from '../../runtime/route.ts';
import { type HttpDeps, serveHttp } from '../../runtime/serve-http.ts';
import { type AnomalySources, anomalyQueries } from './anomaly-queries.ts';
import { type ChangeSources, changeQueries } from './change-queries.ts';
import { type ForecastSources, forecastQueries } from './forecast-queries.ts';
import { type IncidentSources, incidentQueries } from './incident-queries.ts';
import { type MetricSources, metricQueries } from './metric-queries.ts';
import { type ModelSources, modelQueries } from './model-queries.ts';
import { type PlatformSources, platformQueries } from './platform-queries.ts';
import { type RemediationSources, remediationQueries } from './remediation-queries.ts';

export interface Sources
  extends PlatformSources,
    MetricSources,
    ForecastSources,
    ModelSources,
    AnomalySources,
    IncidentSources,
    ChangeSources,
    RemediationSources {
  readonly registry: MetricSources['registry'];
}

export interface Deps extends HttpDeps, Sources {}

/** Every query of the API. Each storage call names the tenant of the caller, never one from the request. */
export const queryRoutes = (sources: Sources): RoutesOf<typeof OPERATIONS, 'query-api'> => ({
  ...platformQueries(sources),
  ...metricQueries(sources),
  ...forecastQueries(sources),
  ...modelQueries(sources),
  ...anomalyQueries(sources),
  ...incidentQueries(sources),
  ...changeQueries(sources),
  ...remediationQueries(sources),
});

/** Answers every query, and with 404 or 405 every request that no operation of the API matches. */
export const makeHandler = (deps: Deps) =>
  serveHttp(queryRoutes(deps), deps, { elsewhere: Object.values(OPERATIONS) });
