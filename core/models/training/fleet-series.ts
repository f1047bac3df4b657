/** What a training learns from: the stored series of a sample of the tenant's targets. */
import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import type { MetricKind, RegularSeries } from '../../metrics/series/metric-series.ts';
import { regularise } from '../../metrics/series/regularise.ts';
import { thresholdOf } from '../../metrics/targets/profiles.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { breachThresholdOf } from '../../platform/settings/apply-settings.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { jsonHash } from '../../shared/canonical-json.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { allItems } from '../../shared/page.ts';
import { hourOf } from '../../shared/time.ts';
import type { LearnedSeries } from '../learned-series.ts';
import type { FleetSeries } from '../ports.ts';
import type { Window } from '../training-run.ts';

export interface FleetSeriesDeps {
  readonly registry: Pick<TargetRegistry, 'list'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly settings: Pick<SettingsStore, 'get'>;
}

/** More would not change the model, but take longer and more memory. */
export const MAX_TARGETS = 60;
export const MAX_METRICS = 6;
/** Finer series are averaged to the step of forecasts. */
const FINEST_STEP_SECONDS = 300;
/** A series with fewer points shows nothing. */
const MIN_POINTS = 100;
const TARGETS_PER_PAGE = 100;
const READS_AT_ONCE = 4;

/** The targets that were alive in the window; of many, those with the smallest hashes, which stay the same. */
const sampled = async (
  { registry }: FleetSeriesDeps,
  tenantId: string,
  { from, to }: Window,
): Promise<readonly Target[]> => {
  const alive: [rank: string, target: Target][] = [];
  for await (const target of allItems((page) => registry.list(tenantId, page), TARGETS_PER_PAGE))
    if (target.lastSeen >= from && target.firstSeen < to) alive.push([jsonHash(target.targetId), target]);
  return alive
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_TARGETS)
    .map(([, target]) => target);
};

interface Points {
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

const within = ({ timestamps, values }: Points, { from, to }: Window): Points => {
  const kept = timestamps.flatMap((at, i) => (at >= from && at < to ? [i] : []));
  return { timestamps: kept.map((i) => timestamps[i]!), values: kept.map((i) => values[i]!) };
};

/** Undefined if there are too few points. */
const onGrid = (points: Points, kind: MetricKind, { from, to }: Window): RegularSeries | undefined => {
  if (points.values.filter(Number.isFinite).length < MIN_POINTS) return undefined;
  const grid = regularise({ ...points, kind }, { maxSteps: (to - from) / 60 });
  if (grid.stepSeconds >= FINEST_STEP_SECONDS) return grid;
  return regularise({ ...points, kind }, { stepSeconds: FINEST_STEP_SECONDS });
};

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);

const learned = (
  target: Target,
  metric: string,
  points: Points,
  settings: Settings,
  window: Window,
): LearnedSeries[] => {
  const { targetId, profile } = target;
  const { kind, unit, own } = readMetric(target, metric, settings);
  const series = onGrid(within(points, window), kind, window);
  if (series === undefined) return [];
  const threshold =
    breachThresholdOf(settings, { targetId, metric }) ??
    thresholdOf(profile, metric, unit, largest(series.values), own) ??
    null;
  const segment = `${metric} of ${profile} targets`;
  return [{ seriesId: `${targetId}/${metric}`, segment, series, threshold }];
};

/** Reads the series of at most `MAX_TARGETS` targets, `MAX_METRICS` of each. Targets and metrics are chosen by name. */
export const storedFleet = (deps: FleetSeriesDeps): FleetSeries => ({
  read: async (tenantId, window) => {
    const [settings, targets] = await Promise.all([
      deps.settings.get(tenantId),
      sampled(deps, tenantId, window),
    ]);
    const [fromHour, toHour] = [hourOf(window.from), hourOf(window.to - 1)];
    const read = await inParallel(READS_AT_ONCE, targets, async (target) => {
      const range = { tenantId, targetId: target.targetId, fromHour, toHour };
      const thinAs = (metric: string) => readMetric(target, metric, settings).kind;
      const histories = await readHistory(deps.blocks, range, { thinAs });
      return [...histories]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([metric, points]) => learned(target, metric, points, settings, window))
        .slice(0, MAX_METRICS);
    });
    return read.flat();
  },
});
