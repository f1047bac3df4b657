import { presentBreach } from '../../../core/forecasts/api/breaches.ts';
import { presentForecast, presentForecasts } from '../../../core/forecasts/api/forecasts.ts';
import { FORECASTS_OPERATIONS } from '../../../core/forecasts/api/operations.ts';
import { presentRun } from '../../../core/forecasts/api/runs.ts';
import type { BreachStore, ForecastStore, RunStore } from '../../../core/forecasts/ports.ts';
import { runAsOf } from '../../../core/forecasts/runs/close-run.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { route } from '../../runtime/route.ts';
import { getTrends, type TrendSources } from './trend-queries.ts';

export interface ForecastSources extends TrendSources {
  readonly forecasts: Pick<ForecastStore, 'get'>;
  readonly breaches: Pick<BreachStore, 'list'>;
  readonly runs: Pick<RunStore, 'get' | 'list'>;
}

const getForecast = ({ forecasts }: ForecastSources) =>
  route(FORECASTS_OPERATIONS.getForecast, async ({ caller, query: { metric }, params: { targetId } }) => {
    const stored = await forecasts.get(caller.tenantId, targetId);
    if (stored === undefined) throw new NotFoundError(`There is no current forecast of ${targetId}.`);
    if (metric === undefined) return presentForecasts(stored);
    const found = stored.metrics.find((one) => one.metric === metric);
    if (found !== undefined) return presentForecast(stored, found);
    throw new NotFoundError(`There is no current forecast of ${targetId} ${metric}.`);
  });

const listBreaches = ({ breaches }: ForecastSources) =>
  route(FORECASTS_OPERATIONS.listBreaches, async ({ caller, query }) => {
    const { target, limit, cursor, ...filter } = query;
    const page = await breaches.list(caller.tenantId, { ...filter, targetId: target }, { limit, cursor });
    return presentPage(page, presentBreach);
  });

const listRuns = ({ runs }: ForecastSources) =>
  route(FORECASTS_OPERATIONS.listRuns, async ({ caller, query, receivedAt }) =>
    presentPage(await runs.list(caller.tenantId, query), (run) => presentRun(runAsOf(run, receivedAt))),
  );

const getRun = ({ runs }: ForecastSources) =>
  route(FORECASTS_OPERATIONS.getRun, async ({ caller, params: { runId }, receivedAt }) => {
    const run = await runs.get(caller.tenantId, runId);
    if (run === undefined) throw new NotFoundError(`There is no run ${runId}.`);
    return presentRun(runAsOf(run, receivedAt));
  });

export const forecastQueries = (sources: ForecastSources) => ({
  getForecast: getForecast(sources),
  getTrends: getTrends(sources),
  listBreaches: listBreaches(sources),
  listRuns: listRuns(sources),
  getRun: getRun(sources),
});
