import type { Component } from '../../../core/incidents/component.ts';
import type { Incident as FoundIncident } from '../../../core/incidents/incident.ts';
import { memberOf } from '../../../core/incidents/members.ts';
import type { AnomalySignal } from '../../../core/incidents/signal.ts';
import { upperMedian } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { Fleet, Incident, ServerMetrics, SimulatedMetric } from '../../../core/simulator/fleet.ts';

/** An incident of the simulator as Forestall would hold it, with what it is about by the simulator's label. */
export interface LabelledIncident {
  readonly kind: Incident['kind'];
  readonly expected: Component;
  readonly incident: Pick<FoundIncident, 'members' | 'startedAt'>;
}

const BY_METRIC: Readonly<Record<SimulatedMetric, Component>> = {
  cpu_percent: 'compute',
  memory_percent: 'memory',
  disk_percent: 'storage',
  network_mbps: 'network',
  latency_ms: 'api',
  request_rate: 'api',
};

/** The label: what the root cause's metric measures, and the database itself where that one fails. */
const expectedOf = ({ kind, rootCause }: Incident, profile: string): Component =>
  kind === 'dependency-failure' && profile === 'database' ? 'database' : BY_METRIC[rootCause.metric];

const AROUND_STEPS = 6;
/** Median absolute deviations from the usual value at that time of day, three points in a row. */
const UNUSUAL = 6;
const IN_A_ROW = 3;

/** The same time of day on the days before, half an hour to either side. */
const usualAt = (values: Float64Array, at: number, perDay: number): number[] => {
  const usual: number[] = [];
  for (let day = at - perDay; day >= 0; day -= perDay) {
    for (let i = Math.max(0, day - AROUND_STEPS); i <= day + AROUND_STEPS; i++) usual.push(values[i]!);
  }
  return usual.filter(Number.isFinite);
};

const isUnusual = (values: Float64Array, at: number, perDay: number): boolean => {
  const usual = usualAt(values, at, perDay);
  const middle = upperMedian(usual);
  const spread = upperMedian(usual.map((value) => Math.abs(value - middle)));
  return Math.abs(values[at]! - middle) > UNUSUAL * Math.max(spread, 0.01 * Math.abs(middle));
};

/** Epoch seconds at which a metric has left its usual course within an incident; undefined where it does not. */
const onsetOf = (
  { start, stepSeconds }: ServerMetrics,
  values: Float64Array,
  incident: Incident,
): number | undefined => {
  const from = Math.ceil((incident.start - start) / stepSeconds);
  const to = Math.min(values.length - 1, Math.floor((incident.end - start) / stepSeconds));
  for (let at = from, row = 0; at <= to; at++) {
    row = isUnusual(values, at, DAY_SECONDS / stepSeconds) ? row + 1 : 0;
    if (row === IN_A_ROW) return start + at * stepSeconds;
  }
  return undefined;
};

const signalOf = (incident: Incident, targetId: string, metric: string, at: number): AnomalySignal => ({
  ...{ kind: 'anomaly', signalId: `${incident.id}/${targetId}/${metric}`, tenantId: 'bench' },
  ...{ targetId, at, metric, confidence: 0.9 },
});

/** What the values show, by a plain rule that knows no labels; over a long incident that takes in much that is chance. */
const shownBy = (fleet: Fleet, incident: Incident): AnomalySignal[] =>
  incident.affected.flatMap(({ target }) => {
    const server = fleet.generate(target);
    return Object.entries(server.metrics).flatMap(([metric, values]) => {
      const at = onsetOf(server, values, incident);
      return at === undefined ? [] : [signalOf(incident, target, metric, at)];
    });
  });

/** Exactly what the simulator says that the incident does, all at its start. */
const toldBy = (incident: Incident): AnomalySignal[] =>
  incident.affected.flatMap(({ target, metrics }) =>
    metrics.map((metric) => signalOf(incident, target, metric, incident.start)),
  );

/** The fleet's incidents with what shows of them, or with what they are labelled to do; those that show nowhere left out. */
export const labelledIncidents = (fleet: Fleet, signals: 'shown' | 'told'): LabelledIncident[] => {
  const profiles = new Map(fleet.servers.map(({ id, profile }) => [id, profile]));
  return fleet.incidents.flatMap((incident) => {
    const found = signals === 'shown' ? shownBy(fleet, incident) : toldBy(incident);
    if (found.length === 0) return [];
    const members = found.map((signal) => memberOf(signal));
    return [
      {
        kind: incident.kind,
        expected: expectedOf(incident, profiles.get(incident.rootCause.target) ?? 'generic'),
        incident: {
          members: Object.fromEntries(members.map((member) => [member.key, member])),
          startedAt: Math.min(...found.map(({ at }) => at)),
        },
      },
    ];
  });
};
