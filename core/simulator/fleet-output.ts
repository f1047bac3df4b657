import type { MetricSeries } from '../metrics/series/metric-series.ts';
import { isoOfSeconds } from '../shared/time.ts';
import {
  type ChangeEvent,
  ERROR_METRIC,
  type Fleet,
  type Incident,
  METRIC_UNITS,
  type ServerMetrics,
  SIMULATED_METRICS,
  type SimulatedServer,
} from './fleet.ts';

/** Header of the fleet's CSV, as `POST /v1/ingest/csv` expects it. */
export const FLEET_CSV_HEADER = 'timestamp,target,metric,value,profile,unit';

const isoSeconds = (epochSeconds: number): string => `${isoOfSeconds(epochSeconds).slice(0, 19)}Z`;

/** The series of one server as ingested, without the missing points. */
export const toMetricSeries = ({
  server,
  start,
  stepSeconds,
  metrics,
  errors,
}: ServerMetrics): MetricSeries[] => {
  const seriesOf = (metric: string, unit: string, all: Float64Array): MetricSeries => {
    const timestamps: number[] = [];
    const values: number[] = [];
    all.forEach((value, index) => {
      if (Number.isNaN(value)) return;
      timestamps.push(start + index * stepSeconds);
      values.push(value);
    });
    return { targetId: server.id, metric, kind: 'gauge', unit, timestamps, values };
  };
  return [
    ...SIMULATED_METRICS.map((metric) => seriesOf(metric, METRIC_UNITS[metric], metrics[metric])),
    ...(errors === undefined ? [] : [seriesOf(ERROR_METRIC, '%', errors)]),
  ];
};

/** The CSV rows of one server, metric by metric; each ends in a newline. */
export function* toCsvRows(data: ServerMetrics): Generator<string> {
  for (const { targetId, metric, unit, timestamps, values } of toMetricSeries(data)) {
    const tail = `${data.server.profile},${unit}\n`;
    for (const [index, timestamp] of timestamps.entries()) {
      yield `${isoSeconds(timestamp)},${targetId},${metric},${values[index]},${tail}`;
    }
  }
}

/** Ground truth of a fleet, for measuring forecasts, alerts and diagnoses. */
export interface FleetLabels {
  /** ISO 8601. */
  readonly start: string;
  readonly end: string;
  readonly stepSeconds: number;
  readonly servers: readonly SimulatedServer[];
  readonly incidents: readonly Labelled<Incident>[];
  readonly changes: readonly Labelled<ChangeEvent>[];
}
type Labelled<T> = {
  readonly [K in keyof T]: K extends 'start' | 'end' | 'at' ? string : T[K];
};

/** The labels of a fleet, with ISO 8601 times. */
export const toLabels = (fleet: Fleet): FleetLabels => ({
  start: isoSeconds(fleet.start),
  end: isoSeconds(fleet.start + (fleet.steps - 1) * fleet.stepSeconds),
  stepSeconds: fleet.stepSeconds,
  servers: fleet.servers,
  incidents: fleet.incidents.map((incident) => ({
    ...incident,
    start: isoSeconds(incident.start),
    end: isoSeconds(incident.end),
  })),
  changes: fleet.changes.map((change) => ({ ...change, at: isoSeconds(change.at) })),
});
