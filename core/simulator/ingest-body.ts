import type { MetricSeries } from '../metrics/series/metric-series.ts';
import type { Profile } from '../metrics/targets/target.ts';
import type { Fleet } from './fleet.ts';
import { toMetricSeries } from './fleet-output.ts';

/** A series with the profile of its target, if known. */
export interface ProfiledSeries extends MetricSeries {
  readonly profile?: Profile;
}

/** One series of a JSON ingest body (`POST /v1/ingest/json`). */
export interface IngestSeries {
  readonly target: string;
  readonly metric: string;
  readonly kind: MetricSeries['kind'];
  readonly unit?: string;
  readonly profile?: Profile;
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/** A JSON ingest body with its number of points and targets. */
export interface IngestBody {
  readonly body: { readonly series: readonly IngestSeries[] };
  readonly points: number;
  readonly targets: number;
}

const MAX_TARGETS = 500;

const slice = (series: ProfiledSeries, from: number, to: number): IngestSeries => ({
  target: series.targetId,
  metric: series.metric,
  kind: series.kind,
  ...(series.unit !== undefined && { unit: series.unit }),
  ...(series.profile !== undefined && { profile: series.profile }),
  timestamps: series.timestamps.slice(from, to),
  values: series.values.slice(from, to),
});

/**
 * Packs series into ingest bodies of at most `maxPoints` points and 500 targets each, in the given order. Longer series
 * are split. Lazy: holds one body at a time.
 */
export function* toIngestBodies(
  fleet: Iterable<ProfiledSeries>,
  maxPoints: number,
): Generator<IngestBody, void, void> {
  let series: IngestSeries[] = [];
  let points = 0;
  let targets = new Set<string>();
  const close = (): IngestBody => {
    const closed = { body: { series }, points, targets: targets.size };
    [series, points, targets] = [[], 0, new Set()];
    return closed;
  };
  for (const next of fleet) {
    if (targets.size >= MAX_TARGETS && !targets.has(next.targetId)) yield close();
    for (let from = 0; from < next.timestamps.length; ) {
      const to = Math.min(next.timestamps.length, from + maxPoints - points);
      series.push(slice(next, from, to));
      targets.add(next.targetId);
      points += to - from;
      from = to;
      if (points >= maxPoints) yield close();
    }
  }
  if (points > 0) yield close();
}

/** All series of a simulated fleet with their profiles, one server in memory at a time. */
export function* profiledSeries(fleet: Fleet): Generator<ProfiledSeries, void, void> {
  for (const data of fleet) {
    for (const series of toMetricSeries(data)) yield { ...series, profile: data.server.profile };
  }
}
