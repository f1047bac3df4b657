import { METRICS_OPERATIONS } from '../../../core/metrics/api/operations.ts';
import { presentSeries, type SeriesQuery } from '../../../core/metrics/api/series.ts';
import { presentTarget, type TargetsQuery } from '../../../core/metrics/api/targets.ts';
import type { BlockStore, TargetRegistry } from '../../../core/metrics/ports.ts';
import { readHistory } from '../../../core/metrics/reporting/read-history.ts';
import { reportTargets } from '../../../core/metrics/reporting/report-targets.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { metricOf } from '../../../core/metrics/targets/target.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { secondsOf } from '../../../core/platform/api/instants.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { DAY_SECONDS, HOUR_SECONDS, hourOf } from '../../../core/shared/time.ts';
import { route } from '../../runtime/route.ts';

export interface MetricSources {
  readonly registry: Pick<TargetRegistry, 'get' | 'list'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
}

const MAX_RANGE_DAYS = 35;
/** About a megabyte of JSON. The response of a Lambda function may have six. */
const MAX_SERIES_POINTS = 50_000;

/** Epoch seconds, both inclusive. */
interface Range {
  readonly start: number;
  readonly end: number;
}

const rangeOf = ({ from, to }: SeriesQuery, now: number): Range => {
  const end = secondsOf(to) ?? now;
  const start = secondsOf(from) ?? end - DAY_SECONDS;
  if (start > end) throw new InvalidInputError('from is later than to', { field: 'from' });
  if (end - start > MAX_RANGE_DAYS * DAY_SECONDS) {
    throw new InvalidInputError(`a range spans at most ${MAX_RANGE_DAYS} days`, { field: 'from' });
  }
  return { start, end };
};

const pointsWithin = async (
  { blocks }: MetricSources,
  { tenantId, targetId }: Target,
  metric: string,
  { start, end }: Range,
): Promise<[number, number][]> => {
  const range = { tenantId, targetId, fromHour: hourOf(start), toHour: hourOf(end) };
  // The first and the last block may hold points outside the range.
  const maxPoints = MAX_SERIES_POINTS + 2 * HOUR_SECONDS;
  const histories = await readHistory(blocks, range, { only: metric, maxPoints });
  const { timestamps, values } = histories.get(metric) ?? { timestamps: [], values: [] };
  const points = timestamps.map((at, i): [number, number] => [at, values[i]!]);
  const within = points.filter(([at]) => at >= start && at <= end);
  if (within.length <= MAX_SERIES_POINTS) return within;
  const found = `${within.length} points lie between from and to`;
  throw new InvalidInputError(`${found}: request a range with at most ${MAX_SERIES_POINTS}`, {
    field: 'from',
  });
};

const matches =
  ({ profile, search }: TargetsQuery) =>
  (target: Target): boolean =>
    (profile === undefined || target.profile === profile) &&
    (search === undefined || target.targetId.toLowerCase().includes(search.toLowerCase()));

const listTargets = ({ registry, blocks }: MetricSources) =>
  route(METRICS_OPERATIONS.listTargets, async ({ caller, query, receivedAt }) => {
    const page = await filteredPage((part) => registry.list(caller.tenantId, part), matches(query), query);
    const items = await reportTargets(blocks, page.items, Math.floor(receivedAt / 1000));
    return presentPage({ ...page, items }, presentTarget);
  });

const getSeries = (sources: MetricSources) =>
  route(METRICS_OPERATIONS.getSeries, async ({ caller, query, params: { targetId }, receivedAt }) => {
    const range = rangeOf(query, Math.floor(receivedAt / 1000));
    const target = await sources.registry.get(caller.tenantId, targetId);
    if (target === undefined) throw new NotFoundError(`There is no target ${targetId}.`);
    const metric = metricOf(target, query.metric);
    if (metric === undefined) throw new NotFoundError(`${targetId} has no metric ${query.metric}.`);
    const points = await pointsWithin(sources, target, query.metric, range);
    return presentSeries(targetId, query.metric, metric, points);
  });

export const metricQueries = (sources: MetricSources) => ({
  listTargets: listTargets(sources),
  getSeries: getSeries(sources),
});
