/** Which target's harm a diagnosis follows, by which metric, and since when. */

import { type MetricAspect, meaningOf } from '../../metrics/meaning/metric-meaning.ts';
import type { CallGraph } from '../diagnosis/call-graph.ts';
import type { HarmMetric } from '../diagnosis/diagnosis-target.ts';
import type { MetricWindow } from '../diagnosis/metric-window.ts';
import { badness, learnNormal } from '../diagnosis/normal-behaviour.ts';
import { type Incident, type IncidentMember, targetsOf } from '../incident.ts';
import { subjectOf } from '../members.ts';
import { membersBehind } from './diagnosis-scope.ts';

type Metric = HarmMetric;

/** A target and the metric by which its harm is followed. `onset` in epoch seconds. */
export interface ChosenAlarm {
  readonly node: string;
  readonly metric: Metric;
  readonly onset: number;
}

/** The rows around an incident and those of normal operation before them. */
export interface AlarmRows {
  readonly window: MetricWindow;
  readonly normal: MetricWindow;
}

/** How badly a metric of a target was off during the incident. */
interface Trouble {
  readonly node: string;
  readonly metric: Metric;
  /** Distance of the worst rows from the median of normal operation, in its spreads; 0 where that is not known. */
  readonly spreads: number;
  /** A signal of the incident is about this metric, or may be. */
  readonly isReported: boolean;
}

/** How far back harm is followed that began before it was noticed. */
const MOST_ROWS_BACK = 12;
const CLEAR_SPREADS = 3;
/** A rise smaller than this is no trouble, however clear: a part of the latency, or a share of the requests. */
const LEAST_RISE = { latency: 0.1, availability: 0.01 } as const;
/** What a signal is about needs to rise by this part of that only. */
const REPORTED_PART = 0.5;
const METRICS: readonly Metric[] = ['latency', 'availability'];
const ASPECT: Readonly<Record<Metric, MetricAspect>> = { latency: 'latency', availability: 'error-share' };

const rowAt = ({ timestamps, stepSeconds }: MetricWindow, at: number): number =>
  Math.max(0, Math.min(timestamps.length - 1, Math.floor((at - timestamps[0]!) / stepSeconds)));

const worstOf = (values: Float64Array, fromRow: number): number => {
  const worst = [...values.subarray(fromRow)].filter((v) => !Number.isNaN(v)).sort((a, b) => b - a);
  return worst.length === 0 ? Number.NaN : (worst[0]! + (worst[1] ?? worst[0]!)) / 2;
};

/** Kinds of signals about a metric of a target. Names of alarms need not say what they are about; those of metrics do. */
const signalsAbout = (incident: Incident, target: string, metric: Metric): Set<IncidentMember['kind']> =>
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

/** Undefined where the metric was not measured, or neither its values nor the incident's signals speak of trouble. */
const troubleOf = (
  incident: Incident,
  { window, normal }: AlarmRows,
  node: string,
  metric: Metric,
): Trouble | undefined => {
  const metrics = window.nodes.get(node);
  const values = metrics === undefined ? null : badness(metrics, metric);
  const worst = values === null ? Number.NaN : worstOf(values, rowAt(window, incident.startedAt));
  if (Number.isNaN(worst)) return undefined;
  const usual = learnNormal(normal.nodes.get(node), metric);
  const spreads = usual === null ? 0 : (worst - usual.median) / Math.max(usual.spread, 1e-9);
  const signals = signalsAbout(incident, node, metric);
  const found = { node, metric, spreads, isReported: signals.size > 0 };
  // Somebody set the bar of an alarm; an anomaly may be of no size.
  if (usual === null || signals.has('alarm')) return found.isReported ? found : undefined;
  const rise = riseOf(metric, worst, usual.median) / LEAST_RISE[metric];
  const isTrouble = found.isReported ? rise > REPORTED_PART : rise > 1 && spreads > CLEAR_SPREADS;
  return isTrouble ? found : undefined;
};

/** Detectors and alarms are late; the harm began with the first of the unusual rows that lead up to them. */
const onsetOf = (startedAt: number, { window, normal }: AlarmRows, { node, metric }: Trouble): number => {
  const values = badness(window.nodes.get(node)!, metric)!;
  const usual = learnNormal(normal.nodes.get(node), metric);
  if (usual === null) return startedAt;
  const limit = usual.median + CLEAR_SPREADS * usual.spread;
  const noticed = rowAt(window, startedAt);
  let row = noticed;
  while (row > 1 && noticed - row < MOST_ROWS_BACK && values[row - 1]! > limit) row--;
  return row === noticed ? startedAt : window.timestamps[row]!;
};

/** Added time adds up along calls whatever is retried; failures do not. */
const addsUp = ({ metric, spreads }: Trouble): boolean => metric === 'latency' && spreads > CLEAR_SPREADS;

/**
 * The target whose harm is followed down the calls, and the metric that shows it: the one with most of the incident
 * behind it, then a metric that the incident's signals are about, then latency, then the one farthest from what is usual.
 * Undefined where no signal of the incident is about harm to requests that its targets show.
 */
export const chooseAlarm = (
  incident: Incident,
  graph: CallGraph,
  rows: AlarmRows,
): ChosenAlarm | undefined => {
  const troubles = targetsOf(incident).flatMap((node) =>
    METRICS.flatMap((metric) => troubleOf(incident, rows, node, metric) ?? []),
  );
  // Detectors know seasons and the day before does not: harm that no signal is about confirms one, and opens nothing.
  if (!troubles.some(({ isReported }) => isReported)) return undefined;
  const behind = membersBehind(incident, graph, [...new Set(troubles.map(({ node }) => node))]);
  const [first] = troubles.sort(
    (a, b) =>
      behind.get(b.node)! - behind.get(a.node)! ||
      Number(b.isReported) - Number(a.isReported) ||
      Number(addsUp(b)) - Number(addsUp(a)) ||
      b.spreads - a.spreads ||
      (`${a.node} ${a.metric}` < `${b.node} ${b.metric}` ? -1 : 1),
  );
  if (first === undefined) return undefined;
  const { node, metric } = first;
  return { node, metric, onset: onsetOf(incident.startedAt, rows, first) };
};
