import {
  type CallGraph,
  callDistances,
  type IndexedGraph,
  indexGraph,
} from '../../../core/incidents/diagnosis/call-graph.ts';
import type { DiagnosisTarget } from '../../../core/incidents/diagnosis/diagnosis-target.ts';
import type { MetricWindow, NodeMetrics } from '../../../core/incidents/diagnosis/metric-window.ts';
import { learnedShares, sharesByVolume } from '../../../core/incidents/diagnosis/traffic-share.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import { type HarmLimit, propagate } from './fault-propagation.ts';

/** Normal operation of one application, into which faults are injected. */
export interface Background {
  readonly scenario: string;
  readonly graph: CallGraph;
  readonly normal: MetricWindow;
  /** The node whose alarm is diagnosed. */
  readonly target: string;
}

/** One synthetic fault: the input of the diagnosis and the faulty node. */
export interface SyntheticFault {
  readonly id: string;
  readonly scenario: string;
  readonly source: string;
  readonly window: MetricWindow;
  readonly target: DiagnosisTarget;
}

const ROWS = 5;
const MIN_REQUESTS_PER_ROW = 3;
const ATTEMPTS = 60;

interface Prepared extends Background {
  readonly names: readonly string[];
  readonly indexed: IndexedGraph;
  readonly estimates: readonly Estimates[];
  readonly distance: Int32Array;
}

const counts = (metrics: NodeMetrics | undefined): Float64Array | null =>
  metrics?.requests?.map((value) => (Number.isNaN(value) ? 0 : value)) ?? null;

/** Two estimates of how a callee's traffic divides among its callers; the truth is unknown. */
interface Estimates {
  readonly learned: ReadonlyMap<number, number>;
  readonly byVolume: ReadonlyMap<number, number>;
}

const estimatesOf = (names: readonly string[], graph: IndexedGraph, normal: MetricWindow): Estimates[] =>
  graph.callers.map((callers, callee) => {
    const own = counts(normal.nodes.get(names[callee]!));
    const measured = callers.filter((caller) => counts(normal.nodes.get(names[caller]!)) !== null);
    if (own === null || measured.length === 0) return { learned: new Map(), byVolume: new Map() };
    const traffic = measured.map((caller) => counts(normal.nodes.get(names[caller]!))!);
    const learned = learnedShares({ learnCallers: traffic, learnCallee: own, callers: traffic });
    const byVolume = sharesByVolume(traffic);
    return {
      learned: new Map(measured.map((caller, i) => [caller, learned[i]!])),
      byVolume: new Map(measured.map((caller, i) => [caller, byVolume[i]!])),
    };
  });

/** Shares between the two estimates, with the same weight for all nodes of one fault. */
const drawShares = (estimates: readonly Estimates[], random: RandomStream): Map<number, number>[] => {
  const weight = random.uniform();
  return estimates.map(
    ({ learned, byVolume }) =>
      new Map(
        [...learned].map(([caller, part]) => [caller, weight * part + (1 - weight) * byVolume.get(caller)!]),
      ),
  );
};

const prepare = (background: Background): Prepared => {
  const names = background.graph.nodes;
  const indexed = indexGraph(background.graph, names);
  const estimates = estimatesOf(names, indexed, background.normal);
  return {
    ...background,
    names,
    indexed,
    estimates,
    distance: callDistances(indexed, names.indexOf(background.target)),
  };
};

const cut = (values: Float64Array | null, from: number) => values?.slice(from, from + ROWS) ?? null;

const cutWindow = (normal: MetricWindow, from: number): MetricWindow => ({
  timestamps: normal.timestamps.slice(from, from + ROWS),
  stepSeconds: normal.stepSeconds,
  nodes: new Map(
    [...normal.nodes].map(([name, m]) => [
      name,
      {
        latency: cut(m.latency, from),
        availability: cut(m.availability, from),
        requests: cut(m.requests, from),
      },
    ]),
  ),
});

/** Fraction of each row during which the fault is active: row 0 not at all, rows 1 and 3 or 4 only partly. */
const faultyParts = (window: MetricWindow, start: number, end: number): Float64Array =>
  window.timestamps.map((row) => {
    const on = Math.min(end, row + window.stepSeconds) - Math.max(start, row);
    return Math.max(0, on) / window.stepSeconds;
  });

const addLatency = (metrics: NodeMetrics, harm: Float64Array): NodeMetrics => ({
  ...metrics,
  latency: metrics.latency?.map((value, row) => value + harm[row]! / (metrics.requests?.[row] || 1)) ?? null,
});

const addFailures = (metrics: NodeMetrics, harm: Float64Array): NodeMetrics => ({
  ...metrics,
  availability:
    metrics.availability?.map((value, row) => {
      return Math.max(0, value - (100 * harm[row]!) / (metrics.requests?.[row] || 1));
    }) ?? null,
});

/** Harm injected at the source, row by row: a fraction of the target's busy time (latency) or of the requests. */
const sourceHarm = (
  metric: DiagnosisTarget['metric'],
  window: MetricWindow,
  source: string,
  target: string,
  parts: Float64Array,
  random: RandomStream,
): Float64Array => {
  const own = window.nodes.get(source)!;
  const top = window.nodes.get(target)!;
  const size = metric === 'latency' ? 0.2 * Math.exp(random.between(0, 3)) : random.between(0.2, 1);
  const mean = top.latency![0]! * top.requests![0]!;
  const usual = own.requests!.reduce((sum, value) => sum + value, 0) / own.requests!.length;
  return parts.map((part, row) => {
    const jitter = Math.exp(0.2 * random.normal());
    const volume = own.requests![row]!;
    if (metric === 'latency') return part * jitter * size * mean * (volume / usual);
    return Math.min(volume, part * jitter * size * volume);
  });
};

/** The condition of the alarm: clearly slower than before, or at least one more failed request in a hundred. */
const alarms = (metric: DiagnosisTarget['metric'], clean: NodeMetrics, faulty: NodeMetrics): boolean => {
  if (metric === 'latency')
    return faulty.latency![2]! > 1.15 * Math.max(clean.latency![0]!, clean.latency![2]!);
  return faulty.availability![2]! < Math.min(clean.availability![0]!, clean.availability![2]!) - 1;
};

const inject = (
  prepared: Prepared,
  metric: DiagnosisTarget['metric'],
  source: string,
  random: RandomStream,
): Pick<SyntheticFault, 'window' | 'target'> | null => {
  const { normal, target, names } = prepared;
  const clean = cutWindow(normal, 1 + random.below(normal.timestamps.length - ROWS - 1));
  const start = clean.timestamps[1]! + Math.floor(random.between(0, clean.stepSeconds));
  const parts = faultyParts(clean, start, start + random.between(600, 800));
  const requests = clean.nodes.get(source)?.requests;
  if (requests == null || requests.some((count) => !(count >= MIN_REQUESTS_PER_ROW))) return null;
  const own = sourceHarm(metric, clean, source, target, parts, random);
  const limit: HarmLimit = (node, row, value) => {
    const { requests, availability } = clean.nodes.get(names[node]!) ?? {};
    const served = requests?.[row] || 0;
    if (metric === 'latency') return served > 0 ? value : 0;
    return Math.round(Math.min(value, (served * (availability?.[row] || 0)) / 100));
  };
  const origin = { node: names.indexOf(source), harm: own };
  const harm = propagate(prepared.indexed, drawShares(prepared.estimates, random), origin, limit, random);
  const add = metric === 'latency' ? addLatency : addFailures;
  const nodes = new Map(
    [...clean.nodes].map(([name, metrics]) => {
      const at = names.indexOf(name);
      return [name, at === -1 ? metrics : add(metrics, harm[at]!)] as const;
    }),
  );
  if (!alarms(metric, clean.nodes.get(target)!, nodes.get(target)!)) return null;
  return { window: { ...clean, nodes }, target: { node: target, metric, agg: 'Average', timestamp: start } };
};

const eligible = ({ names, normal, distance }: Prepared): string[] =>
  names.filter((name, i) => distance[i]! >= 0 && normal.nodes.get(name)?.latency != null);

/**
 * Makes faults by adding latency or failures at one node of normal operation and propagating them along calls by traffic
 * share (between the learned one and the one by volume). Sources, scenarios and metrics take turns. A fault that does not
 * trigger the target's alarm is drawn again. The same seed gives the same faults.
 */
export const makeFaults = (
  backgrounds: readonly Background[],
  count: number,
  seed: number,
): SyntheticFault[] => {
  const random = randomStream(seed, 'synthetic-faults');
  const kinds = backgrounds
    .map(prepare)
    .flatMap((prepared) =>
      (['latency', 'availability'] as const).flatMap((metric) =>
        eligible(prepared).map((source) => ({ prepared, metric, source })),
      ),
    );
  const faults: SyntheticFault[] = [];
  for (let turn = 0; faults.length < count && turn < 20 * count; turn++) {
    const { prepared, metric, source } = kinds[turn % kinds.length]!;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const made = inject(prepared, metric, source, random);
      if (made === null) continue;
      const id = `${prepared.scenario}-${metric}-${faults.length}`;
      faults.push({ id, scenario: prepared.scenario, source, ...made });
      break;
    }
  }
  return faults;
};
