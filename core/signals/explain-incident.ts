import type { CallGraph } from '../diagnosis/call-graph.ts';
import { type DependencyGraph, toCallGraph } from '../diagnosis/dependency-graph.ts';
import { type DiagnosisReport, diagnose } from '../diagnosis/diagnose.ts';
import type { DiagnosisTarget } from '../diagnosis/files/target-json.ts';
import type { MetricWindow, NodeMetrics } from '../diagnosis/metric-window.ts';
import { badness, learnNormal } from '../diagnosis/normal-behaviour.ts';
import type { RecentChange } from '../diagnosis/recent-changes.ts';
import type { PastIncident } from '../diagnosis/similar-incidents.ts';
import { type Incident, targetsOf } from '../incidents/incident.ts';
import type { ChangeSignal } from '../incidents/signal.ts';
import type { StoredIncident } from '../ports/incident-storage.ts';
import { meaningOf } from '../targets/metric-meaning.ts';
import type { CausesReport } from './causes-report.ts';
import { alarmedTarget, commonStep, type DiagnosisRows, rowsAround, subjectOf } from './diagnosis-scope.ts';
import { rankWithoutRequests } from './fallback-causes.ts';
import { nodeMetricsOf, type RowGrid, type TargetHistory } from './node-metrics.ts';

/** All that the explanation of one incident may look at. */
export interface DiagnosisMaterial {
  readonly stored: StoredIncident;
  readonly graph: DependencyGraph;
  /** Targets in reach that have sent anything, with what they sent around the incident and a day before. */
  readonly data: readonly TargetHistory[];
  readonly changes: readonly ChangeSignal[];
  readonly past: readonly PastIncident[];
  /** Epoch seconds. */
  readonly now: number;
}

type Metric = DiagnosisTarget['metric'];

const MOST_CAUSES = 10;
/** How far back harm is followed that began before it was noticed. */
const MOST_ROWS_BACK = 12;
const CLEAR_SPREADS = 3;

const windowOf = (data: readonly TargetHistory[], grid: RowGrid): MetricWindow => ({
  timestamps: Float64Array.from({ length: grid.rows }, (_, row) => grid.from + row * grid.stepSeconds),
  stepSeconds: grid.stepSeconds,
  nodes: new Map(data.map((each) => [each.target.targetId, nodeMetricsOf(each, grid)] as const)),
});

const isMeasured = (metrics: NodeMetrics | undefined, metric: Metric, fromRow: number): boolean =>
  (metrics && badness(metrics, metric)?.some((value, row) => row >= fromRow && !Number.isNaN(value))) ??
  false;

/** Whether the incident's own signals speak of failures rather than of latency. */
const speaksOfFailures = (incident: Incident, target: string): boolean =>
  Object.values(incident.members).some(
    (member) => member.targetId === target && meaningOf(subjectOf(member)).aspect === 'error-share',
  );

const chooseAlarm = (
  incident: Incident,
  graph: CallGraph,
  window: MetricWindow,
): { readonly node: string; readonly metric: Metric } | undefined => {
  const fromRow = Math.max(0, Math.floor((incident.startedAt - window.timestamps[0]!) / window.stepSeconds));
  const measured = (target: string, metric: Metric) => isMeasured(window.nodes.get(target), metric, fromRow);
  const candidates = targetsOf(incident).filter((t) => measured(t, 'latency') || measured(t, 'availability'));
  const node = alarmedTarget(incident, graph, candidates);
  if (node === undefined) return undefined;
  const preferred: Metric = speaksOfFailures(incident, node) ? 'availability' : 'latency';
  const other: Metric = preferred === 'latency' ? 'availability' : 'latency';
  return { node, metric: measured(node, preferred) ? preferred : other };
};

/** Detectors and alarms are late; the harm began with the first of the unusual rows that lead up to them. */
const onsetOf = (
  startedAt: number,
  window: MetricWindow,
  normal: MetricWindow,
  alarm: { readonly node: string; readonly metric: Metric },
): number => {
  const values = badness(window.nodes.get(alarm.node)!, alarm.metric);
  const usual = learnNormal(normal.nodes.get(alarm.node), alarm.metric);
  if (values === null || usual === null) return startedAt;
  const limit = usual.median + CLEAR_SPREADS * usual.spread;
  const noticed = Math.min(
    values.length - 1,
    Math.floor((startedAt - window.timestamps[0]!) / window.stepSeconds),
  );
  let row = noticed;
  while (row > 1 && noticed - row < MOST_ROWS_BACK && values[row - 1]! > limit) row--;
  return row === noticed ? startedAt : window.timestamps[row]!;
};

const within = (graph: CallGraph, targets: ReadonlySet<string>): CallGraph => ({
  nodes: graph.nodes.filter((node) => targets.has(node)),
  edges: graph.edges.filter(([caller, callee]) => targets.has(caller) && targets.has(callee)),
});

const recentChanges = (changes: readonly ChangeSignal[]): RecentChange[] =>
  changes.map(({ targetId, at, summary }) => ({ node: targetId, at, summary }));

const hasRows = (normal: MetricWindow, node: string, metric: Metric): boolean =>
  isMeasured(normal.nodes.get(node), metric, 0);

const byRequests = (
  { stored: { incident }, changes, past }: DiagnosisMaterial,
  graph: CallGraph,
  [window, normal]: readonly [MetricWindow, MetricWindow],
  alarm: { readonly node: string; readonly metric: Metric },
): DiagnosisReport =>
  diagnose({
    window,
    target: { ...alarm, agg: 'Average', timestamp: onsetOf(incident.startedAt, window, normal, alarm) },
    graph: graph.nodes.length === 0 ? null : graph,
    normal: hasRows(normal, alarm.node, alarm.metric) ? normal : null,
    changes: recentChanges(changes),
    pastIncidents: past.filter(({ incidentId }) => incidentId !== incident.incidentId),
  });

const onlyPredicted = (incident: Incident): boolean =>
  Object.values(incident.members).every(({ kind }) => kind === 'predicted-breach');

/** The rows to look at, at the interval at which the incident's own targets report. */
const rowsOf = ({ stored: { incident }, data, now }: DiagnosisMaterial): DiagnosisRows => {
  const members = new Set(targetsOf(incident));
  const own = data.filter(({ target }) => members.has(target.targetId));
  const step = commonStep((own.length > 0 ? own : data).flatMap(({ histories }) => [...histories.values()]));
  return rowsAround(incident.startedAt, now, step);
};

/**
 * Explains an incident from whatever there is: by excess blame where its targets report latency or failures, else by
 * who left the usual range first, else by topology and changes. What could not be done is said in `limits`.
 * @throws InvalidInputError only for damaged input
 */
export const explainIncident = (material: DiagnosisMaterial): CausesReport => {
  const { stored, graph, data, now } = material;
  const { incident, version } = stored;
  const reach = new Set([...targetsOf(incident), ...data.map(({ target }) => target.targetId)]);
  const calls = within(toCallGraph(graph), new Set([...reach, ...graph.nodes]));
  const rows = rowsOf(material);
  const [window, normal] = [windowOf(data, rows.window), windowOf(data, rows.normal)];
  const alarm = onlyPredicted(incident) ? undefined : chooseAlarm(incident, calls, window);
  const { from, stepSeconds, rows: count } = rows.window;
  const common = {
    ...{ incidentId: incident.incidentId, incidentVersion: version, diagnosedAt: now },
    window: { from, to: from + count * stepSeconds, stepSeconds },
    graphVersion: graph.nodes.length === 0 ? undefined : graph.version,
  };
  if (alarm === undefined) {
    const found = rankWithoutRequests(incident, calls, data, rows, recentChanges(material.changes));
    return { ...common, ...found, metric: undefined, gate: undefined, similar: [], signature: {} };
  }
  const { causes, ...report } = byRequests(material, calls, [window, normal], alarm);
  return {
    ...common,
    target: alarm.node,
    metric: alarm.metric,
    ...report,
    causes: causes.slice(0, MOST_CAUSES),
  };
};
