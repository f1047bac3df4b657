import { type Alert, type Observation, SeriesWatch } from '../../core/anomalies/series-watch.ts';
import type { AnomalyKind } from '../../core/detection/detection-result.ts';
import { Episode } from '../../core/detection/episode.ts';
import { CombinationDetector } from '../../core/detection/metric-combination.ts';
import { PeerComparison } from '../../core/detection/peer-comparison.ts';
import type { LabelledTarget } from './labelled-target.ts';

const HOUR_SECONDS = 3600;

/** What an operator sees of one target. */
export interface WatchedTarget {
  readonly target: LabelledTarget;
  readonly alerts: readonly {
    readonly timestamp: number;
    readonly kind: AnomalyKind;
    readonly metric: string;
  }[];
  /** Hours (whole hours since the epoch) in which an alert came or an episode was open. */
  readonly alarmed: ReadonlySet<number>;
}

/** All detectors of one target, as the pipeline runs them: each series by itself, then their combination. */
class TargetWatcher {
  readonly alerts: { timestamp: number; kind: AnomalyKind; metric: string }[] = [];
  readonly alarmed = new Set<number>();
  readonly #series: SeriesWatch[];
  readonly #combination: CombinationDetector;
  readonly #episode = new Episode();

  constructor({ metrics }: LabelledTarget) {
    this.#series = metrics.map((metric) => new SeriesWatch(metric, 'full', 'gauge'));
    this.#combination = new CombinationDetector(metrics);
  }

  /** One value of each metric, NaN where it is missing. */
  next(timestamp: number, values: readonly number[]): void {
    const seen = this.#series.map((series, i) => {
      const observation = series.next(timestamp, values[i]!, {});
      if (observation?.alert !== undefined) this.raise(observation.alert);
      return observation;
    });
    this.#combine(timestamp, seen);
    const isOpen = this.#episode.isOpen || this.#series.some(({ episode }) => episode.isOpen);
    if (isOpen) this.alarmed.add(Math.floor(timestamp / HOUR_SECONDS));
  }

  raise({ timestamp, kind, metric }: Pick<Alert, 'timestamp' | 'kind' | 'metric'>): void {
    this.alerts.push({ timestamp, kind, metric });
    this.alarmed.add(Math.floor(timestamp / HOUR_SECONDS));
  }

  /** Marks every hour from one moment to another, epoch seconds. */
  markAlarmed(from: number, to: number): void {
    const last = Math.floor(to / HOUR_SECONDS);
    for (let hour = Math.floor(from / HOUR_SECONDS); hour <= last; hour++) this.alarmed.add(hour);
  }

  /** That metrics do not fit each other is no news while one of them is known to be unusual by itself. */
  #combine(timestamp: number, observations: readonly (Observation | undefined)[]): void {
    const seen = observations.flatMap((observation) => (observation === undefined ? [] : [observation.seen]));
    const values = seen.map(({ value }) => value);
    const result = this.#combination.next({ timestamp, values, differences: seen.map((s) => s.difference) });
    if (result === undefined) return;
    if (!result.alert || seen.some(({ isTold }) => isTold)) {
      this.#episode.next(timestamp, result.combined);
      return;
    }
    this.#episode.begin({ metric: result.metric, timestamp }, 'combination');
    this.raise({ timestamp, kind: result.kind, metric: result.metric });
  }
}

/** Compares one metric of targets that do the same work, row by row. */
const comparePeers = (
  group: readonly LabelledTarget[],
  watchers: ReadonlyMap<string, TargetWatcher>,
  metric: number,
): void => {
  const peers = new PeerComparison();
  const { start, stepSeconds, values, metrics } = group[0]!;
  for (let row = 0; row < values[metric]!.length; row++) {
    const known = group.flatMap(({ id, values: own }) =>
      Number.isFinite(own[metric]![row]) ? [[id, own[metric]![row]!] as const] : [],
    );
    const { departures, returns } = peers.next(start + row * stepSeconds, new Map(known));
    for (const { targetId, timestamp } of departures)
      watchers.get(targetId)!.raise({ timestamp, kind: 'correlation', metric: metrics[metric]! });
    for (const { targetId, beganAt, unusualAt } of returns)
      watchers.get(targetId)!.markAlarmed(beganAt, unusualAt);
  }
};

/** Runs every detector over a fleet, strictly causally: of each series, of each target, and across each group of peers. */
export const watchFleet = (fleet: readonly LabelledTarget[]): WatchedTarget[] => {
  const watchers = new Map(fleet.map((target) => [target.id, new TargetWatcher(target)]));
  for (const target of fleet) {
    const watcher = watchers.get(target.id)!;
    for (let row = 0; row < target.values[0]!.length; row++) {
      const timestamp = target.start + row * target.stepSeconds;
      watcher.next(
        timestamp,
        target.values.map((series) => series[row]!),
      );
    }
  }
  for (const group of Map.groupBy(fleet, ({ peers }) => peers).values())
    for (let metric = 0; metric < group[0]!.metrics.length; metric++) comparePeers(group, watchers, metric);
  return fleet.map((target) => {
    const { alerts, alarmed } = watchers.get(target.id)!;
    alerts.sort((a, b) => a.timestamp - b.timestamp);
    return { target, alerts, alarmed };
  });
};
