/** Chooses the alarm that a diagnosis explains: the target whose harm is traced along calls, its metric and the onset. */

import { type MetricAspect, meaningOf } from '../../metrics/meaning/metric-meaning.ts';
import type { CallGraph } from '../diagnosis/call-graph.ts';
import type { HarmMetric } from '../diagnosis/diagnosis-target.ts';
import type { MetricWindow } from '../diagnosis/metric-window.ts';
import { badness, learnNormal } from '../diagnosis/normal-behaviour.ts';
import { type DiagnosedIncident, type IncidentMember, targetsOf } from '../incident.ts';
import { subjectOf } from '../members.ts';
import { reachedMembers } from './diagnosis-scope.ts';

type Metric = HarmMetric;

/** A target and the metric that shows its harm. `onset` in epoch seconds. */
export interface ChosenAlarm {
  readonly node: string;
  readonly metric: Metric;
  readonly onset: number;
}

/** The rows around an incident, and those of normal operation before them. */
export interface AlarmRows {
  readonly window: MetricWindow;
  readonly normal: MetricWindow;
}

/** A metric of a target with harm during the incident. */
interface Harm {
  readonly node: string;
  readonly metric: Metric;
  /** Distance of the worst rows from the median of normal operation, in its spreads; 0 if that is unknown. */
  readonly spreads: number;
  /** True if a signal of the incident is, or may be, about this metric. */
  readonly isReported: boolean;
}

/** Maximum number of rows between the onset of harm and its first signal. */
const MAX_ROWS_BACK = 12;
const CLEAR_SPREADS = 3;
/** A smaller rise is not harm: as a fraction of the latency, or as a share of the requests. */
const MIN_RISE = { latency: 0.1, availability: 0.01 } as const;
/** A metric with a signal needs to rise by this fraction of `MIN_RISE` only. */
const REPORTED_FRACTION = 0.5;
const METRICS: readonly Metric[] = ['latency', 'availability'];
const ASPECT: Readonly<Record<Metric, MetricAspect>> = { latency: 'latency', availability: 'error-share' };

const rowAt = ({ timestamps, stepSeconds }: MetricWindow, at: number): number =>
  Math.max(0, Math.min(timestamps.length - 1, Math.floor((at - timestamps[0]!) / stepSeconds)));

const worstOf = (values: Float64Array, fromRow: number): number => {
  const worst = [...values.subarray(fromRow)].filter((v) => !Number.isNaN(v)).sort((a, b) => b - a);
  return worst.length === 0 ? Number.NaN : (worst[0]! + (worst[1] ?? worst[0]!)) / 2;
};

/** Kinds of signals about a metric of a target. An alarm whose name has no known meaning may be about any metric. */
const signalsAbout = (
  incident: DiagnosedIncident,
  target: string,
  metric: Metric,
): Set<IncidentMember['kind']> =>
  new Set(
    Object.values(incident.members).flatMap((member) => {
      if (member.targetId !== target || member.kind === 'predicted-breach') return [];
      const { aspect } = meaningOf(subjectOf(member));
      return aspect === ASPECT[metric] || (aspect === 'other' && member.kind === 'alarm')
        ? [member.kind]
        : [];
    }),
  );

const riseOf = (metric: Metric, worst: number, usual: number): number =>
  metric === 'latency' ? (worst - usual) / Math.max(usual, 1e-4) : worst - usual;

/** Undefined if the metric was not measured, or neither its values nor the incident's signals show harm. */
const harmOf = (
  incident: DiagnosedIncident,
  { window, normal }: AlarmRows,
  node: string,
  metric: Metric,
): Harm | undefined => {
  const metrics = window.nodes.get(node);
  const values = metrics === undefined ? null : badness(metrics, metric);
  const worst = values === null ? Number.NaN : worstOf(values, rowAt(window, incident.startedAt));
  if (Number.isNaN(worst)) return undefined;
  const usual = learnNormal(normal.nodes.get(node), metric);
  const spreads = usual === null ? 0 : (worst - usual.median) / Math.max(usual.spread, 1e-9);
  const signals = signalsAbout(incident, node, metric);
  const found = { node, metric, spreads, isReported: signals.size > 0 };
  // An alarm's threshold was set on purpose, so its harm needs no minimum size; an anomaly may be tiny.
  if (usual === null || signals.has('alarm')) return found.isReported ? found : undefined;
  const rise = riseOf(metric, worst, usual.median) / MIN_RISE[metric];
  const isHarm = found.isReported ? rise > REPORTED_FRACTION : rise > 1 && spreads > CLEAR_SPREADS;
  return isHarm ? found : undefined;
};

/** Signals come late: the harm began with the first of the unusual rows that lead up to the first signal. */
const onsetOf = (startedAt: number, { window, normal }: AlarmRows, { node, metric }: Harm): number => {
  const values = badness(window.nodes.get(node)!, metric)!;
  const usual = learnNormal(normal.nodes.get(node), metric);
  if (usual === null) return startedAt;
  const limit = usual.median + CLEAR_SPREADS * usual.spread;
  const noticed = rowAt(window, startedAt);
  let row = noticed;
  while (row > 1 && noticed - row < MAX_ROWS_BACK && values[row - 1]! > limit) row--;
  return row === noticed ? startedAt : window.timestamps[row]!;
};

/** Added latency adds up along calls regardless of retries; failures do not. */
const addsUp = ({ metric, spreads }: Harm): boolean => metric === 'latency' && spreads > CLEAR_SPREADS;

/**
 * Chooses the target and metric whose harm is traced along calls: the target that reaches most of the incident's targets,
 * then a metric with signals, then latency, then the metric farthest from usual. Undefined if no signal of the incident is
 * about harm to requests that its targets show.
 */
export const chooseAlarm = (
  incident: DiagnosedIncident,
  graph: CallGraph,
  rows: AlarmRows,
): ChosenAlarm | undefined => {
  const harms = targetsOf(incident).flatMap((node) =>
    METRICS.flatMap((metric) => harmOf(incident, rows, node, metric) ?? []),
  );
  // Detectors know seasons, which the day before does not show: harm without a signal is not enough on its own.
  if (!harms.some(({ isReported }) => isReported)) return undefined;
  const reached = reachedMembers(incident, graph, [...new Set(harms.map(({ node }) => node))]);
  const [first] = harms.sort(
    (a, b) =>
      reached.get(b.node)! - reached.get(a.node)! ||
      Number(b.isReported) - Number(a.isReported) ||
      Number(addsUp(b)) - Number(addsUp(a)) ||
      b.spreads - a.spreads ||
      (`${a.node} ${a.metric}` < `${b.node} ${b.metric}` ? -1 : 1),
  );
  if (first === undefined) return undefined;
  const { node, metric } = first;
  return { node, metric, onset: onsetOf(incident.startedAt, rows, first) };
};
