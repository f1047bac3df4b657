import { buildDependencyGraph } from '../../../../core/incidents/dependency-graph.ts';
import type { DiagnosisMaterial } from '../../../../core/incidents/explaining/report-causes.ts';
import { applyResult, groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { METRIC_UNITS, SIMULATED_METRICS, type SimulatedMetric } from '../../../../core/simulator/fleet.ts';
import { toMetricSeries } from '../../../../core/simulator/fleet-output.ts';
import { simulateFleet } from '../../../../core/simulator/simulate-fleet.ts';
import { anomaly, NOW } from './samples.ts';

const SERVERS = 8;

export interface SimulatedFault {
  readonly seed: number;
  /** Metrics that targets report; all if omitted. */
  readonly metrics?: readonly SimulatedMetric[];
  readonly hasGraph?: boolean;
  /** Seconds after the fault's start at which it is explained. */
  readonly after?: number;
}

/** A fleet whose only fault is a failing dependency, grouped into one incident. */
export const simulatedFault = ({ seed, metrics, hasGraph = true, after = 2400 }: SimulatedFault) => {
  const options = {
    seed,
    servers: SERVERS,
    days: 3,
    stepSeconds: 300,
    endAt: NOW,
    incidents: 1,
    developing: 0,
  };
  const fleet = simulateFleet(options);
  const [fault] = fleet.incidents;
  if (fault?.kind !== 'dependency-failure') return undefined;
  const now = fault.start + after;
  const kept = new Set<string>(metrics ?? SIMULATED_METRICS);
  const data = [...fleet].map((server) => {
    const series = toMetricSeries(server).filter(({ metric }) => kept.has(metric));
    return {
      target: {
        tenantId: 'acme',
        targetId: server.server.id,
        profile: server.server.profile,
        metrics: Object.fromEntries(
          series.map(({ metric }) => [
            metric,
            { kind: 'gauge' as const, unit: METRIC_UNITS[metric as SimulatedMetric] },
          ]),
        ),
        firstSeen: fleet.start,
        lastSeen: now,
      },
      histories: new Map(
        series.map(({ metric, timestamps, values }) => {
          const last = timestamps.filter((at) => at <= now).length;
          return [metric, { timestamps: timestamps.slice(0, last), values: values.slice(0, last) }] as const;
        }),
      ),
    };
  });
  const declared = fleet.servers.flatMap(({ id, calls }) => calls.map((callee) => ({ caller: id, callee })));
  const graph = buildDependencyGraph('acme', { observed: [], declared: hasGraph ? declared : [], now });
  const metric = metrics?.[0] ?? 'latency_ms';
  const nothingElse = { coincidenceTargets: Infinity, earlyEnds: new Map(), maxAbsorbed: Infinity };
  const context = { now, policy: INCIDENT_POLICY, isNear: () => true, recentChanges: [], ...nothingElse };
  let incidents: readonly Incident[] = [];
  for (const { target } of fault.affected) {
    incidents = applyResult(
      incidents,
      groupSignal(incidents, anomaly(target, fault.start + 300, { metric }), context),
    );
  }
  const stored = { incident: incidents[0]!, version: 1, pending: [] };
  const material = { stored, graph, data, changes: [], past: [], now } satisfies DiagnosisMaterial;
  return { material, fault };
};

/** Seeds under 400 whose only fault is a failing dependency that affects at least three servers. */
export const faultySeeds = (most: number): number[] => {
  const seeds: number[] = [];
  for (let seed = 0; seed < 400 && seeds.length < most; seed++) {
    const options = {
      seed,
      servers: SERVERS,
      days: 3,
      stepSeconds: 300,
      endAt: NOW,
      incidents: 1,
      developing: 0,
    };
    const [fault] = simulateFleet(options).incidents;
    if (fault?.kind === 'dependency-failure' && fault.affected.length >= 3) seeds.push(seed);
  }
  return seeds;
};
