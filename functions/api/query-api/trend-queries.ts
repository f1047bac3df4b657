import { FORECASTS_OPERATIONS } from '../../../core/forecasts/api/operations.ts';
import { presentTrends } from '../../../core/forecasts/api/trends.ts';
import { reportTrends } from '../../../core/forecasts/trends/trend-report.ts';
import type { History } from '../../../core/metrics/blocks/block-history.ts';
import type { BlockStore, TargetRegistry } from '../../../core/metrics/ports.ts';
import { readHistory } from '../../../core/metrics/reporting/read-history.ts';
import type { MetricKind, RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { regularise } from '../../../core/metrics/series/regularise.ts';
import { capacityOf } from '../../../core/metrics/targets/profiles.ts';
import { readMetric } from '../../../core/metrics/targets/read-metric.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { metricOf } from '../../../core/metrics/targets/target.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { hourOf } from '../../../core/shared/time.ts';
import { route } from '../../runtime/route.ts';

export interface TrendSources {
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly settings: Pick<SettingsStore, 'get'>;
}

/** Points are stored for this long. */
const HISTORY_HOURS = 35 * 24;
/** Trends span days: finer steps would only take time. */
const MIN_STEP_SECONDS = 300;

const historyIn = (histories: ReadonlyMap<string, History>, target: Target, metric: string): History => {
  if (metricOf(target, metric) === undefined)
    throw new NotFoundError(`${target.targetId} has no metric ${metric}.`);
  const history = histories.get(metric);
  if (history !== undefined) return history;
  throw new NotFoundError(`All points of ${target.targetId} ${metric} have expired.`);
};

const seriesOf = (history: History, kind: MetricKind): RegularSeries => {
  const series = regularise({ ...history, kind });
  if (series.stepSeconds >= MIN_STEP_SECONDS) return series;
  return regularise({ ...history, kind }, { stepSeconds: MIN_STEP_SECONDS });
};

const maxOf = ({ values }: RegularSeries): number =>
  values.reduce((max, value) => (value > max ? value : max), Number.NEGATIVE_INFINITY);

/** The long-term view of a metric, from its stored points. */
export const getTrends = ({ registry, blocks, settings }: TrendSources) =>
  route(FORECASTS_OPERATIONS.getTrends, async ({ caller, query, params: { targetId }, receivedAt }) => {
    const target = await registry.get(caller.tenantId, targetId);
    if (target === undefined) throw new NotFoundError(`There is no target ${targetId}.`);
    const hour = hourOf(receivedAt / 1000);
    const range = { tenantId: caller.tenantId, targetId, fromHour: hour - HISTORY_HOURS, toHour: hour + 1 };
    // Uptime is a counter, but here its values matter, not its rate: the newest of a minute.
    const own = await settings.get(caller.tenantId);
    const thinAs = (metric: string) =>
      metric === query.uptime ? 'counter' : readMetric(target, metric, own).kind;
    const histories = await readHistory(blocks, range, { thinAs });
    const history = historyIn(histories, target, query.metric);
    const { kind, unit, own: reading } = readMetric(target, query.metric, own);
    const series = seriesOf(history, kind);
    const capacity = query.capacity ?? capacityOf(query.metric, unit, maxOf(series), reading);
    const uptime = query.uptime === undefined ? undefined : historyIn(histories, target, query.uptime);
    const report = reportTrends(series, {
      ...(capacity !== undefined && { capacity }),
      // Uptime is a counter, but here its values matter, not its rate.
      ...(uptime && {
        uptime: regularise({ ...uptime, kind: 'gauge' }, { stepSeconds: series.stepSeconds }),
      }),
      totals: kind === 'delta',
    });
    return { target: targetId, metric: query.metric, ...presentTrends(report) };
  });
