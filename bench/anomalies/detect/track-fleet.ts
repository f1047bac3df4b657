import type { Alert } from '../../../core/anomalies/announcing/alert.ts';
import type { AnomalyKind } from '../../../core/anomalies/anomaly.ts';
import { PeerDetector } from '../../../core/anomalies/engine/peer-detector.ts';
import { replayHour } from '../../../core/anomalies/tracking/replay-hours.ts';
import { TargetDetectors } from '../../../core/anomalies/tracking/target-detectors.ts';
import type { Block, BlockPoints } from '../../../core/metrics/blocks/block.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { LabelledTarget } from './labelled-target.ts';

/** Alerts and alarmed hours of one target, as an operator sees them. */
export interface TrackedTarget {
  readonly target: LabelledTarget;
  readonly alerts: readonly {
    readonly timestamp: number;
    readonly kind: AnomalyKind;
    readonly metric: string;
  }[];
  /** Hours (whole hours since the epoch) with an alert or an open episode. */
  readonly alarmed: ReadonlySet<number>;
}

/** The values of one hour as they would be stored; metrics without values are omitted. */
const blockOf = (
  { start, stepSeconds, metrics, values }: LabelledTarget,
  from: number,
  to: number,
): Block => {
  const pointsOf = (series: Float64Array): BlockPoints => {
    const rows = Array.from({ length: to - from }, (_, i) => from + i).filter((row) =>
      Number.isFinite(series[row]),
    );
    return {
      offsets: Uint16Array.from(rows, (row) => (start + row * stepSeconds) % HOUR_SECONDS),
      values: Float64Array.from(rows, (row) => series[row]!),
      receipts: new Float64Array(rows.length),
    };
  };
  const points = metrics.map((metric, i) => [metric, pointsOf(values[i]!)] as const);
  return new Map(points.filter(([, { offsets }]) => offsets.length > 0));
};

/** The detectors of one target's metrics and of their combination, used as in the pipeline. */
class AlarmRecorder {
  readonly alerts: { timestamp: number; kind: AnomalyKind; metric: string }[] = [];
  readonly alarmed = new Set<number>();

  /** Replays all values hour by hour. */
  replay(target: LabelledTarget): void {
    const { id: targetId, start, stepSeconds, metrics, values } = target;
    const owner = { tenantId: 'bench', targetId };
    const tracked = metrics.length;
    const context = { owner, settings: NO_SETTINGS, metrics: {}, forecast: undefined, tracked };
    const hourOf = (row: number): number => Math.floor((start + row * stepSeconds) / HOUR_SECONDS);
    const detectors = new TargetDetectors(hourOf(0));
    const rows = values[0]!.length;
    for (let row = 0; row < rows; ) {
      const hour = hourOf(row);
      let end = row;
      while (end < rows && hourOf(end) === hour) end++;
      const wasOpen = detectors.openEpisodes().length > 0;
      const { alerts } = replayHour(detectors, hour, blockOf(target, row, end), context);
      for (const alert of alerts) this.raise(alert);
      if (wasOpen || detectors.openEpisodes().length > 0) this.alarmed.add(hour);
      row = end;
    }
  }

  raise({ timestamp, kind, metric }: Pick<Alert, 'timestamp' | 'kind' | 'metric'>): void {
    this.alerts.push({ timestamp, kind, metric });
    this.alarmed.add(Math.floor(timestamp / HOUR_SECONDS));
  }

  /** Marks every hour between two moments (epoch seconds) as alarmed. */
  markAlarmed(from: number, to: number): void {
    const last = Math.floor(to / HOUR_SECONDS);
    for (let hour = Math.floor(from / HOUR_SECONDS); hour <= last; hour++) this.alarmed.add(hour);
  }
}

/** Compares one metric of targets that do the same work, row by row. */
const comparePeers = (
  group: readonly LabelledTarget[],
  watchers: ReadonlyMap<string, AlarmRecorder>,
  metric: number,
): void => {
  const peers = new PeerDetector();
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

/** Runs all detectors over a fleet, strictly causally: on each series, on each target, and across each peer group. */
export const trackFleet = (fleet: readonly LabelledTarget[]): TrackedTarget[] => {
  const watchers = new Map(fleet.map((target) => [target.id, new AlarmRecorder()]));
  for (const target of fleet) watchers.get(target.id)!.replay(target);
  for (const group of Map.groupBy(fleet, ({ peers }) => peers).values())
    for (let metric = 0; metric < group[0]!.metrics.length; metric++) comparePeers(group, watchers, metric);
  return fleet.map((target) => {
    const { alerts, alarmed } = watchers.get(target.id)!;
    alerts.sort((a, b) => a.timestamp - b.timestamp);
    return { target, alerts, alarmed };
  });
};
