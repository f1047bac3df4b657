import { READ_OPERATIONS } from '../../../core/api/operations.ts';
import { presentTrends } from '../../../core/api/trend-answers.ts';
import { reportTrends } from '../../../core/forecasts/trends/trend-report.ts';
import { type History, historyOf } from '../../../core/metrics/blocks/block-history.ts';
import type { BlockStore, TargetRegistry } from '../../../core/metrics/ports.ts';
import type { MetricKind, RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { regularise } from '../../../core/metrics/series/regularise.ts';
import { boundsOf } from '../../../core/metrics/targets/profiles.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { hourOf } from '../../../core/shared/time.ts';

import { NotFoundError } from '../../runtime/problem-of-error.ts';
import { type Answer, validated } from './validated.ts';

export interface TrendSources {
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** As long as points stay stored. */
const HISTORY_HOURS = 35 * 24;
/** Trends are of days: finer steps would only take time. */
const STEP_SECONDS = 300;

const storedOf = (target: Target, metric: string, histories: ReadonlyMap<string, History>): History => {
  if (target.metrics[metric] === undefined)
    throw new NotFoundError(`${target.targetId} has no metric ${metric}.`);
  const history = histories.get(metric);
  if (history === undefined)
    throw new NotFoundError(`Nothing of ${target.targetId} ${metric} is stored any more.`);
  return history;
};

const gridOf = (history: History, kind: MetricKind): RegularSeries => {
  const grid = regularise({ ...history, kind });
  return grid.stepSeconds >= STEP_SECONDS
    ? grid
    : regularise({ ...history, kind }, { stepSeconds: STEP_SECONDS });
};

const largest = ({ values }: RegularSeries): number =>
  values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);

/** The answer to the question for the long view of a metric: trends over what is stored of it. */
export const getTrends = ({ registry, blocks, now }: TrendSources): Answer =>
  validated(READ_OPERATIONS.getTrends, async (tenantId, query, { targetId }) => {
    const target = await registry.get(tenantId, targetId);
    if (target === undefined) throw new NotFoundError(`There is no target ${targetId}.`);
    const hour = hourOf(now() / 1000);
    const histories = historyOf(await blocks.readRange(tenantId, targetId, hour - HISTORY_HOURS, hour + 1));
    const history = storedOf(target, query.metric, histories);
    const { kind, unit } = target.metrics[query.metric] ?? { kind: 'gauge' };
    const series = gridOf(history, kind);
    const capacity = query.capacity ?? boundsOf(query.metric, unit, largest(series))?.upper;
    const uptime = query.uptime === undefined ? undefined : storedOf(target, query.uptime, histories);
    const told = reportTrends(series, {
      ...(capacity !== undefined && { capacity }),
      // Uptime counts up, but its rate would say nothing.
      ...(uptime && {
        uptime: regularise({ ...uptime, kind: 'gauge' }, { stepSeconds: series.stepSeconds }),
      }),
      totals: kind === 'delta',
    });
    return { target: targetId, metric: query.metric, ...presentTrends(told) };
  });
