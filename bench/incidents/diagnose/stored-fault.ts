/** A simulated fault as the pipeline stores it: hour blocks, graph, changes and the incident of its alerts. */

import type { CausesReport } from '../../../core/incidents/causes-report.ts';
import type { DeclaredEdge } from '../../../core/incidents/dependency-graph.ts';
import {
  type DiagnosisDeps,
  diagnoseIncident,
} from '../../../core/incidents/explaining/diagnose-incident.ts';
import { type GroupingDeps, groupSignals } from '../../../core/incidents/grouping/group-signals.ts';
import type { Incident } from '../../../core/incidents/incident.ts';
import type { OpenIncidents, StoredIncident } from '../../../core/incidents/ports.ts';
import { dedupKey } from '../../../core/incidents/signal.ts';
import type { BlockPoints } from '../../../core/metrics/blocks/block.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { MetricSeries } from '../../../core/metrics/series/metric-series.ts';
import type { Target } from '../../../core/metrics/targets/target.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { ServerMetrics } from '../../../core/simulator/fleet.ts';
import { toMetricSeries } from '../../../core/simulator/fleet-output.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { type SimulatedFault, TENANT } from './simulated-faults.ts';

/** The data of a fault that are available to the diagnosis. */
export interface AvailableInput {
  readonly metrics: (metric: string) => boolean;
  /** `imperfect`: a tenth of the calls is unknown, and as many calls are wrong. */
  readonly graph: 'whole' | 'imperfect' | 'none';
}

const IMPERFECT_SHARE = 0.1;

/** Points of a series up to `now`, by the hour of their block. */
const pointsByHour = ({ timestamps, values }: MetricSeries, now: number): Map<number, BlockPoints> => {
  const last = timestamps.findIndex((at) => at > now);
  const places = [...timestamps.keys()].slice(0, last === -1 ? undefined : last);
  const byHour = Map.groupBy(places, (i) => Math.floor(timestamps[i]! / HOUR_SECONDS));
  return new Map(
    [...byHour].map(([hour, own]) => [
      hour,
      {
        offsets: Uint16Array.from(own, (i) => timestamps[i]! - hour * HOUR_SECONDS),
        values: Float64Array.from(own, (i) => values[i]!),
        receipts: Float64Array.from(own, (i) => 1000 * timestamps[i]! + 250),
      },
    ]),
  );
};

const storedTarget = (data: ServerMetrics, series: readonly MetricSeries[], now: number): Target => ({
  tenantId: TENANT,
  targetId: data.server.id,
  profile: data.server.profile,
  metrics: Object.fromEntries(
    series.map(({ metric, kind, unit }) => [metric, unit === undefined ? { kind } : { kind, unit }]),
  ),
  firstSeen: data.start,
  lastSeen: now,
});

const callsOf = ({ id, servers }: SimulatedFault, graph: AvailableInput['graph']): DeclaredEdge[] => {
  const calls = servers.flatMap(({ id: caller, calls }) => calls.map((callee) => ({ caller, callee })));
  if (graph !== 'imperfect') return graph === 'none' ? [] : calls;
  const random = randomStream(0, 'imperfect-graph', id);
  const known = calls.filter(() => random.uniform() >= IMPERFECT_SHARE);
  const anyId = () => servers[random.below(servers.length)]!.id;
  const wrong = Array.from({ length: Math.ceil(IMPERFECT_SHARE * calls.length) }, () => ({
    caller: anyId(),
    callee: anyId(),
  }));
  return [...known, ...wrong];
};

/** Call graph and changes, as the stores of the pipeline hold them. */
const contextOf = (
  fault: SimulatedFault,
  graph: AvailableInput['graph'],
): Pick<DiagnosisDeps, 'graphs' | 'changes'> => ({
  graphs: {
    get: async () => ({
      ...{ version: 1, observed: [], updatedAt: fault.now },
      declared: callsOf(fault, graph),
    }),
  },
  changes: { between: async (_, from, to) => fault.changes.filter(({ at }) => at >= from && at <= to) },
});

const SILENT: Telemetry = { info: () => {}, error: () => {}, count: () => {} };

/** Incidents of one tenant with a single writer, in memory. */
const memoryIncidents = () => {
  const stored = new Map<string, StoredIncident>();
  let open: OpenIncidents = { version: 0, incidents: [], quietCheckAt: undefined, earlyEnds: new Map() };
  const incidents: GroupingDeps['incidents'] = {
    readOpen: async () => open,
    write: async ({ expectedVersion, changed, absorbed, active, ...kept }) => {
      for (const each of changed) stored.set(each.incident.incidentId, each);
      for (const id of absorbed.keys()) stored.delete(id);
      open = { version: expectedVersion + 1, ...kept, incidents: active.map((id) => stored.get(id)!) };
      return true;
    },
    clearPending: async () => {},
  };
  return { incidents, all: () => [...stored.values()].map(({ incident }) => incident) };
};

/** The incident that holds most of the fault's alerts after grouping; undefined if there are no alerts. */
export const groupedIncident = async (
  fault: SimulatedFault,
  { metrics, graph }: AvailableInput,
): Promise<Incident | undefined> => {
  const { incidents, all } = memoryIncidents();
  const deps: GroupingDeps = {
    ...contextOf(fault, graph),
    ...{ incidents, telemetry: SILENT, now: () => fault.now * 1000, pause: async () => {} },
    ...{ signals: { requestQuietCheck: async () => {} }, events: { publish: async () => {} } },
    fleets: { count: async () => fault.servers.length },
  };
  const signals = fault.anomalies.filter(({ metric }) => metrics(metric));
  const genuine = signals.filter(({ signalId }) => fault.genuine.has(signalId)).map(dedupKey);
  if (genuine.length === 0) return undefined;
  await groupSignals(deps, TENANT, signals);
  const own = ({ members, lastAt }: Incident): number =>
    lastAt < fault.start ? 0 : genuine.filter((key) => members[key] !== undefined).length;
  return all().sort((a, b) => own(b) - own(a) || b.startedAt - a.startedAt)[0];
};

type StoredSeries = readonly (readonly [metric: string, ReadonlyMap<number, BlockPoints>])[];

const storesOf = (
  fault: SimulatedFault,
  metrics: AvailableInput['metrics'],
): Pick<DiagnosisDeps, 'registry' | 'blocks'> => {
  const targets = new Map<string, { readonly target: Target; readonly points: StoredSeries }>();
  for (const data of fault.data.values()) {
    const series = toMetricSeries(data).filter(({ metric }) => metrics(metric));
    const points = series.map((each) => [each.metric, pointsByHour(each, fault.now)] as const);
    targets.set(data.server.id, { target: storedTarget(data, series, fault.now), points });
  }
  const blockOf = (targetId: string, hour: number): Uint8Array => {
    const points = targets.get(targetId)!.points.flatMap(([metric, byHour]) => {
      const own = byHour.get(hour);
      return own === undefined ? [] : [[metric, own] as const];
    });
    return encodeBlock(new Map(points));
  };
  return {
    registry: {
      get: async (_, id) => targets.get(id)?.target,
      list: async () => ({ items: [...targets.values()].map(({ target }) => target), nextCursor: undefined }),
    },
    blocks: {
      readRange: async (tenantId, targetId, from, to) =>
        Array.from({ length: to - from + 1 }, (_, i) => {
          const hour = from + i;
          return { key: { tenantId, targetId, hour }, version: 1, bytes: blockOf(targetId, hour) };
        }),
    },
  };
};

/** The causes that the pipeline stores for an incident, and the time of the diagnosis without reading blocks. */
export const explainStored = async (
  fault: SimulatedFault,
  incident: Incident,
  { metrics, graph }: AvailableInput,
): Promise<{ readonly report: CausesReport; readonly milliseconds: number }> => {
  let report: CausesReport | undefined;
  let reading = 0;
  const { registry, blocks } = storesOf(fault, metrics);
  const deps: DiagnosisDeps = {
    ...contextOf(fault, graph),
    registry,
    settings: { get: async () => NO_SETTINGS },
    incidents: { get: async () => ({ incident, version: 1, pending: [] }) },
    causes: {
      put: async (_, found) => {
        report = found;
      },
      get: async () => report,
      remember: async () => {},
      past: async () => [],
    },
    blocks: {
      readRange: (...range) => {
        const start = performance.now();
        const found = blocks.readRange(...range);
        reading += performance.now() - start;
        return found;
      },
    },
    record: { put: async (_, inputs) => jsonHash(inputs) },
    telemetry: SILENT,
    now: () => fault.now * 1000,
    inParallel: (_, items, work) => Promise.all(items.map(work)),
  };
  const start = performance.now();
  await diagnoseIncident(deps, TENANT, incident.incidentId);
  if (report === undefined) throw new InvalidInputError(`${fault.id}: found no causes stored, expected some`);
  return { report, milliseconds: performance.now() - start - reading };
};
