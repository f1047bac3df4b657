import type * as z from 'zod';
import { openApiDocument } from '../../../core/api/openapi.ts';
import { READ_OPERATIONS, type ReadOperationId } from '../../../core/api/operations.ts';
import {
  presentBreach,
  presentForecast,
  presentRun,
  presentSeries,
  presentTarget,
} from '../../../core/api/present.ts';
import type { SeriesQuery, TargetsQuery } from '../../../core/api/requests.ts';
import type { BreachStore, ForecastStore, RunStore } from '../../../core/forecasts/ports.ts';
import { runAsOf } from '../../../core/forecasts/runs/close-run.ts';
import { historyOf } from '../../../core/metrics/blocks/block-history.ts';
import type { BlockStore, TargetRegistry } from '../../../core/metrics/ports.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { parseInstant } from '../../../core/shared/instant.ts';
import type { PageRequest } from '../../../core/shared/page.ts';
import { DAY_SECONDS, hourOf } from '../../../core/shared/time.ts';

import { NotFoundError } from '../../runtime/problem-of-error.ts';
import { answerChanges, type ChangeSources } from './answer-changes.ts';
import { answerDetection, type DetectionSources } from './answer-detection.ts';
import { answerIncidents, type IncidentSources } from './answer-incidents.ts';
import { getTrends } from './answer-trends.ts';
import { type Answer, type Body, presentPage, validated } from './validated.ts';

/** What the operations read from. */
export interface Sources extends DetectionSources, IncidentSources, ChangeSources {
  readonly registry: Pick<TargetRegistry, 'get' | 'list'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly forecasts: Pick<ForecastStore, 'get'>;
  readonly breaches: Pick<BreachStore, 'list'>;
  readonly runs: Pick<RunStore, 'get' | 'list'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const LONGEST_RANGE_SECONDS = 35 * DAY_SECONDS;
/** About a megabyte of answer; a Lambda's may have six. */
export const MAX_SERIES_POINTS = 50_000;

const knownTarget = async ({ registry }: Sources, tenantId: string, targetId: string): Promise<Target> => {
  const target = await registry.get(tenantId, targetId);
  if (target === undefined) throw new NotFoundError(`There is no target ${targetId}.`);
  return target;
};

const rangeOf = ({ from, to }: z.infer<typeof SeriesQuery>, now: number) => {
  const end = to === undefined ? Math.floor(now / 1000) : parseInstant(to);
  const start = from === undefined ? end - DAY_SECONDS : parseInstant(from);
  if (start > end) throw new InvalidInputError('from lies after to', { field: 'from' });
  if (end - start > LONGEST_RANGE_SECONDS) {
    throw new InvalidInputError('a range may be at most 35 days long', { field: 'from' });
  }
  return { start, end };
};

const pointsBetween = async (
  { blocks }: Sources,
  target: Target,
  metric: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<[number, number][]> => {
  const stored = await blocks.readRange(target.tenantId, target.targetId, hourOf(start), hourOf(end));
  const history = historyOf(stored, metric).get(metric) ?? { timestamps: [], values: [] };
  const points = history.timestamps.map((at, i): [number, number] => [at, history.values[i]!]);
  const within = points.filter(([at]) => at >= start && at <= end);
  if (within.length <= MAX_SERIES_POINTS) return within;
  throw new InvalidInputError(
    `${within.length} points lie between from and to; ask for a range with at most ${MAX_SERIES_POINTS}`,
    { field: 'from' },
  );
};

const passing =
  ({ profile, search }: z.infer<typeof TargetsQuery>) =>
  (target: Target): boolean =>
    (profile === undefined || target.profile === profile) &&
    (search === undefined || target.targetId.toLowerCase().includes(search.toLowerCase()));

const getSeries = (sources: Sources): Answer =>
  validated(READ_OPERATIONS.getSeries, async (tenantId, query, { targetId }) => {
    const range = rangeOf(query, sources.now());
    const target = await knownTarget(sources, tenantId, targetId);
    const about = target.metrics[query.metric];
    if (about === undefined) throw new NotFoundError(`${targetId} has no metric ${query.metric}.`);
    return presentSeries(
      targetId,
      query.metric,
      about,
      await pointsBetween(sources, target, query.metric, range),
    );
  });

const getForecast = ({ forecasts }: Sources): Answer =>
  validated(READ_OPERATIONS.getForecast, async (tenantId, { metric }, { targetId }) => {
    const stored = await forecasts.get(tenantId, targetId);
    if (stored === undefined) throw new NotFoundError(`There is no current forecast of ${targetId}.`);
    if (metric === undefined) return { items: stored.metrics.map((one) => presentForecast(stored, one)) };
    const found = stored.metrics.find((one) => one.metric === metric);
    if (found === undefined)
      throw new NotFoundError(`There is no current forecast of ${targetId} ${metric}.`);
    return presentForecast(stored, found);
  });

const listTargets = ({ registry }: Sources): Answer =>
  validated(READ_OPERATIONS.listTargets, async (tenantId, query) => {
    const list = (page: PageRequest) => registry.list(tenantId, page);
    return presentPage(await filteredPage(list, passing(query), query), presentTarget);
  });

const listBreaches = ({ breaches }: Sources): Answer =>
  validated(READ_OPERATIONS.listBreaches, async (tenantId, { target, limit, cursor, ...filter }) =>
    presentPage(
      await breaches.list(tenantId, { ...filter, targetId: target }, { limit, cursor }),
      presentBreach,
    ),
  );

const listRuns = ({ runs, now }: Sources): Answer =>
  validated(READ_OPERATIONS.listRuns, async (tenantId, page) =>
    presentPage(await runs.list(tenantId, page), (run) => presentRun(runAsOf(run, now()))),
  );

const getRun = ({ runs, now }: Sources): Answer =>
  validated(READ_OPERATIONS.getRun, async (tenantId, _, { runId }) => {
    const run = await runs.get(tenantId, runId);
    if (run === undefined) throw new NotFoundError(`There is no run ${runId}.`);
    return presentRun(runAsOf(run, now()));
  });

const getOpenApi = (): Answer => {
  let document: Body | undefined;
  return validated(READ_OPERATIONS.getOpenApi, async () => {
    document ??= openApiDocument();
    return document;
  });
};

/** The answers to all read operations. Each storage call names the caller's tenant, never one from the request. */
export const answerOperations = (sources: Sources): Readonly<Record<ReadOperationId, Answer>> => ({
  getHealth: validated(READ_OPERATIONS.getHealth, async () => ({ status: 'ok' })),
  getOpenApi: getOpenApi(),
  listTargets: listTargets(sources),
  getSeries: getSeries(sources),
  getForecast: getForecast(sources),
  getTrends: getTrends(sources),
  listBreaches: listBreaches(sources),
  ...answerDetection(sources),
  ...answerIncidents(sources),
  ...answerChanges(sources),
  listRuns: listRuns(sources),
  getRun: getRun(sources),
});
