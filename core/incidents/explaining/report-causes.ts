import { meaningOf } from '../../metrics/meaning/metric-meaning.ts';
import type { CausesReport, ExplainedCause } from '../causes-report.ts';
import { type DependencyEdge, toCallGraph } from '../dependency-graph.ts';
import type { CallGraph } from '../diagnosis/call-graph.ts';
import { type DiagnosisReport, diagnose, type RankedCause } from '../diagnosis/diagnose.ts';
import type { MetricWindow } from '../diagnosis/metric-window.ts';
import { badness } from '../diagnosis/normal-behaviour.ts';
import type { RecentChange } from '../diagnosis/recent-changes.ts';
import type { PastIncident } from '../diagnosis/similar-incidents.ts';
import { type DiagnosedIncident, targetsOf } from '../incident.ts';
import type { ChangeSignal } from '../signal.ts';
import { type AlarmRows, type ChosenAlarm, chooseAlarm } from './choose-alarm.ts';
import { type Deviation, describeDeviation, deviationsByTarget } from './deviations.ts';
import { commonStep, type DiagnosisRows, rowsAround } from './diagnosis-rows.ts';
import { rankWithoutRequests } from './fallback-causes.ts';
import { nodeMetricsOf, type RowGrid, type TargetHistory } from './node-metrics.ts';
import { isResource, recommend } from './recommendation.ts';

export type DiagnosedChange = Pick<ChangeSignal, 'targetId' | 'at' | 'summary'>;

/** The calls of a dependency graph. */
export interface DiagnosedGraph {
  readonly version: string;
  readonly nodes: readonly string[];
  readonly edges: readonly Pick<DependencyEdge, 'caller' | 'callee'>[];
}

/** Input of the explanation of one incident. */
export interface DiagnosisMaterial {
  readonly stored: { readonly incident: DiagnosedIncident; readonly version: number };
  readonly graph: DiagnosedGraph;
  /** Targets in reach with metrics, and their histories around the incident and on the day before. */
  readonly data: readonly TargetHistory[];
  readonly changes: readonly DiagnosedChange[];
  readonly past: readonly PastIncident[];
  /** Epoch seconds. */
  readonly now: number;
}

const MAX_CAUSES = 10;

const windowOf = (data: readonly TargetHistory[], grid: RowGrid): MetricWindow => ({
  timestamps: Float64Array.from({ length: grid.rows }, (_, row) => grid.from + row * grid.stepSeconds),
  stepSeconds: grid.stepSeconds,
  nodes: new Map(data.map((each) => [each.target.targetId, nodeMetricsOf(each, grid)] as const)),
});

const within = (graph: CallGraph, targets: ReadonlySet<string>): CallGraph => ({
  nodes: graph.nodes.filter((node) => targets.has(node)),
  edges: graph.edges.filter(([caller, callee]) => targets.has(caller) && targets.has(callee)),
});

const recentChanges = (changes: readonly DiagnosedChange[]): RecentChange[] =>
  changes.map(({ targetId, at, summary }) => ({ node: targetId, at, summary }));

const hasRows = ({ nodes }: MetricWindow, { node, metric }: ChosenAlarm): boolean => {
  const metrics = nodes.get(node);
  const values = metrics === undefined ? null : badness(metrics, metric);
  return values?.some((value) => !Number.isNaN(value)) ?? false;
};

const byRequests = (
  { stored: { incident }, changes, past }: DiagnosisMaterial,
  graph: CallGraph,
  { window, normal }: AlarmRows,
  alarm: ChosenAlarm,
): DiagnosisReport =>
  diagnose({
    window,
    target: { node: alarm.node, metric: alarm.metric, agg: 'Average', timestamp: alarm.onset },
    graph: graph.nodes.length === 0 ? null : graph,
    normal: hasRows(normal, alarm) ? normal : null,
    changes: recentChanges(changes),
    pastIncidents: othersOf(past, incident),
  });

const othersOf = (
  past: readonly PastIncident[],
  { incidentId }: DiagnosedIncident,
): readonly PastIncident[] => past.filter((other) => other.incidentId !== incidentId);

/** Adds evidence of an exhausted resource and advice to each cause. */
const withAdvice = (
  causes: readonly RankedCause[],
  deviations: ReadonlyMap<string, readonly Deviation[]>,
): ExplainedCause[] =>
  causes.map((cause) => {
    const exhausted = deviations.get(cause.node)?.find(({ metric }) => isResource(meaningOf(metric).aspect));
    const line = exhausted === undefined ? undefined : describeDeviation(exhausted);
    const isNew = line !== undefined && !cause.evidence.includes(line);
    return {
      ...cause,
      evidence: isNew ? [...cause.evidence, line] : cause.evidence,
      recommendation: recommend(cause, exhausted && meaningOf(exhausted.metric).aspect),
    };
  });

const onlyPredicted = (incident: DiagnosedIncident): boolean =>
  Object.values(incident.members).every(({ kind }) => kind === 'predicted-breach');

/** Rows at the interval at which the incident's own targets report, or of other targets if those do not. */
export const rowsOf = ({ stored: { incident }, data, now }: DiagnosisMaterial): DiagnosisRows => {
  const members = new Set(targetsOf(incident));
  const own = data.filter(({ target }) => members.has(target.targetId));
  const step = commonStep((own.length > 0 ? own : data).flatMap(({ histories }) => [...histories.values()]));
  return rowsAround(incident.startedAt, now, step);
};

/**
 * Explains an incident with the best method that its data allow: excess blame if its targets report latency or failures,
 * else order of deviation, else topology and changes. `limits` lists what was missing.
 * @throws InvalidInputError only for damaged input
 */
export const reportCauses = (
  material: DiagnosisMaterial,
  rows: DiagnosisRows = rowsOf(material),
): CausesReport => {
  const { stored, graph, data, now } = material;
  const { incident, version } = stored;
  const reach = new Set([...targetsOf(incident), ...data.map(({ target }) => target.targetId)]);
  const calls = within(toCallGraph(graph), new Set([...reach, ...graph.nodes]));
  const alarmRows = { window: windowOf(data, rows.window), normal: windowOf(data, rows.normal) };
  const alarm = onlyPredicted(incident) ? undefined : chooseAlarm(incident, calls, alarmRows);
  const deviations = deviationsByTarget(data, rows, incident);
  const { from, stepSeconds, rows: count } = rows.window;
  const common = {
    ...{ incidentId: incident.incidentId, incidentVersion: version, diagnosedAt: now },
    window: { from, to: from + count * stepSeconds, stepSeconds },
    graphVersion: graph.nodes.length === 0 ? undefined : graph.version,
  };
  if (alarm === undefined) {
    const found = rankWithoutRequests({
      ...{ incident, graph: calls, deviations, stepSeconds, changes: recentChanges(material.changes) },
      past: othersOf(material.past, incident),
    });
    const causes = withAdvice(found.causes, deviations);
    return { ...common, ...found, causes, metric: undefined, gate: undefined };
  }
  const { causes, ...report } = byRequests(material, calls, alarmRows, alarm);
  return {
    ...common,
    target: alarm.node,
    metric: alarm.metric,
    ...report,
    causes: withAdvice(causes.slice(0, MAX_CAUSES), deviations),
  };
};
