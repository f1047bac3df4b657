import type { Component } from '../../../core/incidents/component.ts';
import type { Incident as FoundIncident } from '../../../core/incidents/incident.ts';
import { memberOf } from '../../../core/incidents/members.ts';
import type { AnomalySignal } from '../../../core/incidents/signal.ts';
import { upperMedian } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { Fleet, Incident, ServerMetrics, SimulatedMetric } from '../../../core/simulator/fleet.ts';

/** A simulated incident in the form that Forestall stores, with the component that its label implies. */
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

/** The component that the root cause's metric measures; for a failing database, the database itself. */
const expectedOf = ({ kind, rootCause }: Incident, profile: string): Component =>
  kind === 'dependency-failure' && profile === 'database' ? 'database' : BY_METRIC[rootCause.metric];

const AROUND_STEPS = 6;
/** Median absolute deviations from the usual value at that time of day, three points in a row. */
const UNUSUAL = 6;
const IN_A_ROW = 3;

/** Values at the same time on the days before, half an hour to either side. */
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

/** Epoch seconds at which a metric became unusual within an incident; undefined if it did not. */
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

/** Signals that a simple rule detects without labels. In long incidents, many of them are chance. */
const detectedIn = (fleet: Fleet, incident: Incident): AnomalySignal[] =>
  incident.affected.flatMap(({ target }) => {
    const server = fleet.generate(target);
    return Object.entries(server.metrics).flatMap(([metric, values]) => {
      const at = onsetOf(server, values, incident);
      return at === undefined ? [] : [signalOf(incident, target, metric, at)];
    });
  });

/** Signals for all effects that the label lists, at the start of the incident. */
const labelledIn = (incident: Incident): AnomalySignal[] =>
  incident.affected.flatMap(({ target, metrics }) =>
    metrics.map((metric) => signalOf(incident, target, metric, incident.start)),
  );

/** Detected by a simple rule, or taken from the labels. */
export type SignalSource = 'detected' | 'labelled';

/** The fleet's incidents with signals from the given source; incidents without signals are omitted. */
export const labelledIncidents = (fleet: Fleet, source: SignalSource): LabelledIncident[] => {
  const profiles = new Map(fleet.servers.map(({ id, profile }) => [id, profile]));
  return fleet.incidents.flatMap((incident) => {
    const found = source === 'detected' ? detectedIn(fleet, incident) : labelledIn(incident);
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
