import type { AnomalySignal, ChangeSignal } from '../../../core/incidents/signal.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { generateCell } from '../../../core/simulator/cell-series.ts';
import {
  ERROR_METRIC,
  type Incident,
  type IncidentKind,
  type ServerMetrics,
  type SimulatedServer,
} from '../../../core/simulator/fleet.ts';
import { toMetricSeries } from '../../../core/simulator/fleet-output.ts';
import { INCIDENT_BEHAVIOURS } from '../../../core/simulator/incident-kinds.ts';
import { spreadFrom } from '../../../core/simulator/incident-plan.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import { routineDeployments } from '../../../core/simulator/routine-changes.ts';
import { detectSeries } from '../../anomalies/detect-series.ts';
import { TOPOLOGIES } from './simulated-topologies.ts';

/** One injected fault with the servers' metrics until it is diagnosed and the alerts of the detectors. */
export interface SimulatedFault {
  readonly id: string;
  readonly kind: FaultKind;
  readonly topology: string;
  readonly cause: string;
  readonly servers: readonly SimulatedServer[];
  readonly data: ReadonlyMap<string, ServerMetrics>;
  readonly anomalies: readonly AnomalySignal[];
  /** Ids of the alerts that the fault caused; the others are false alarms. */
  readonly genuine: ReadonlySet<string>;
  readonly changes: readonly ChangeSignal[];
  /** Epoch seconds of the start, the first alert and the diagnosis. */
  readonly start: number;
  readonly noticedAt: number;
  readonly now: number;
}

const STEP_SECONDS = 300;
const HISTORY_SECONDS = 72 * HOUR_SECONDS;
/** 2026-11-01, a Sunday. */
const FIRST_DAY = 1_793_491_200;
/** Time between the first alert and the diagnosis. */
const DIAGNOSED_AFTER_SECONDS = 1200;
/** Incidents of the simulator have at least 0.6; weak ones are harder to diagnose. */
const MIN_STRENGTH = 0.15;
export const TENANT = 'bench';

/** Kinds of faults: the simulator's kind of incident, its possible sources, and a deployment as its cause. */
const FAULT_KINDS = {
  'slow dependency': { kind: 'latency-regression', isCalled: true, isDeployed: false },
  'failing dependency': { kind: 'dependency-failure', isCalled: true, isDeployed: false },
  'exhausted CPU': { kind: 'cpu-saturation', isCalled: true, isDeployed: false },
  'memory leak': { kind: 'memory-leak', isCalled: true, isDeployed: false },
  'filling disk': { kind: 'disk-filling', isCalled: false, isDeployed: false },
  'bad deployment': { kind: 'latency-regression', isCalled: false, isDeployed: true },
} as const satisfies Readonly<Record<string, { kind: IncidentKind; isCalled: boolean; isDeployed: boolean }>>;
export type FaultKind = keyof typeof FAULT_KINDS;
export const FAULT_KIND_NAMES = Object.keys(FAULT_KINDS) as readonly FaultKind[];

const pick = <T>(values: readonly T[], random: RandomStream): T => values[random.below(values.length)]!;

const plant = (name: FaultKind, servers: readonly SimulatedServer[], random: RandomStream): Incident => {
  const { kind, isCalled } = FAULT_KINDS[name];
  const called = new Set(servers.flatMap(({ calls }) => calls));
  const behaviour = INCIDENT_BEHAVIOURS[kind];
  const target = pick(
    servers.filter(({ id }) => !isCalled || called.has(id)),
    random,
  ).id;
  const start = FIRST_DAY + HISTORY_SECONDS + 60 * random.below(7 * 24 * 60);
  const end = start + HOUR_SECONDS * random.between(...behaviour.hours);
  const affected = spreadFrom(servers, target, behaviour);
  const strength = random.between(MIN_STRENGTH, 1);
  return { id: name, kind, start, end, rootCause: { target, metric: behaviour.metric }, affected, strength };
};

const changeOf = (targetId: string, at: number, summary: string): ChangeSignal => ({
  ...{ kind: 'change', signalId: `${targetId}-${at}`, tenantId: TENANT, targetId, at, summary },
});

/** Alerts of the deployed detectors on these series, each as one signal. */
const anomaliesIn = (data: Iterable<ServerMetrics>): AnomalySignal[] =>
  [...data].flatMap(toMetricSeries).flatMap(({ targetId, metric, timestamps, values }) =>
    detectSeries(timestamps, values, { sensitivity: 'precise' }).anomalies.map(({ index }): AnomalySignal => {
      const at = timestamps[index]!;
      const signalId = `${targetId}-${metric}-${at}`;
      return { kind: 'anomaly', signalId, tenantId: TENANT, targetId, at, metric, confidence: 0.8 };
    }),
  );

const FAILING: ReadonlySet<IncidentKind> = new Set(['latency-regression', 'dependency-failure']);

/** True if the fault caused the alert. */
const isCausedBy = ({ kind, start, affected }: Incident, { targetId, metric, at }: AnomalySignal): boolean =>
  at >= start &&
  affected.some(
    ({ target, metrics }) =>
      target === targetId &&
      (metric === ERROR_METRIC ? FAILING.has(kind) : metrics.some((shown) => shown === metric)),
  );

/** Undefined if the fault raises no alert. */
const draw = (name: FaultKind, topology: string, seed: number): SimulatedFault | undefined => {
  const random = randomStream(seed, 'simulated-fault', topology, name);
  const servers = TOPOLOGIES[topology]!(seed);
  const fault = plant(name, servers, random);
  const { target: cause } = fault.rootCause;
  const start = Math.floor((fault.start - HISTORY_SECONDS) / STEP_SECONDS) * STEP_SECONDS;
  const deploymentsOf = (server: SimulatedServer) => routineDeployments(seed, server, start, fault.end);
  const data = generateCell({
    ...{ seed, servers, start, stepSeconds: STEP_SECONDS, missingShare: 0, errors: true },
    ...{ steps: Math.floor((fault.end - start) / STEP_SECONDS), incidents: [fault], deploymentsOf },
  });
  const anomalies = anomaliesIn(data.values());
  const noticed = anomalies.filter((each) => isCausedBy(fault, each));
  const noticedAt = Math.min(...noticed.map(({ at }) => at));
  if (!Number.isFinite(noticedAt)) return undefined;
  const now = Math.min(noticedAt + DIAGNOSED_AFTER_SECONDS, fault.end);
  const routine = servers
    .flatMap(deploymentsOf)
    .map(({ target, at, version }) => changeOf(target, at, version));
  const own = FAULT_KINDS[name].isDeployed ? [changeOf(cause, fault.start - 60, 'release 41')] : [];
  return {
    ...{ id: `${name}, ${topology}, ${seed}`, kind: name, topology, cause, servers, data },
    anomalies: anomalies.filter(({ at }) => at <= now),
    genuine: new Set(noticed.map(({ signalId }) => signalId)),
    changes: [...routine, ...own].filter(({ at }) => at <= now),
    ...{ start: fault.start, noticedAt, now },
  };
};

/** `rounds` faults of every kind in every topology; undefined for those without an alert. */
export function* simulatedFaults(rounds: number, firstSeed: number): Generator<SimulatedFault | undefined> {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    for (const topology of Object.keys(TOPOLOGIES)) {
      for (const name of FAULT_KIND_NAMES) yield draw(name, topology, seed);
    }
  }
}
