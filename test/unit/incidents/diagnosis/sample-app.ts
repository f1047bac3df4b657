import type { CallGraph } from '../../../../core/incidents/diagnosis/call-graph.ts';
import type { DiagnosisTarget } from '../../../../core/incidents/diagnosis/diagnosis-target.ts';
import {
  buildMetricWindow,
  type MetricColumn,
  type MetricWindow,
} from '../../../../core/incidents/diagnosis/metric-window.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

/** A shop: the site calls search, cart and pay; search and cart share a store; pay calls a bank and a ledger. */
export const graph: CallGraph = {
  nodes: ['site', 'search', 'cart', 'store', 'pay', 'bank', 'ledger', 'disk'],
  edges: [
    ['site', 'search'],
    ['site', 'cart'],
    ['site', 'pay'],
    ['search', 'store'],
    ['cart', 'store'],
    ['pay', 'bank'],
    ['pay', 'ledger'],
    ['ledger', 'disk'],
  ],
};

/** Requests per row and seconds per request in normal operation. */
const USUAL: Readonly<Record<string, readonly [requests: number, latency: number]>> = {
  site: [600, 0.1],
  search: [400, 0.02],
  cart: [150, 0.03],
  store: [550, 0.008],
  pay: [90, 0.2],
  bank: [90, 0.08],
  ledger: [90, 0.05],
  disk: [180, 0.01],
};

/** Rows of normal operation with a little noise, every 300 s from `start` on. */
export const normalRows = (rows: number, start = 0, seed = 1): MetricWindow => {
  const random = randomStream(seed, 'sample-app');
  const columns = Object.entries(USUAL).flatMap(([node, [requests, latency]]): MetricColumn[] => {
    const wobble = (size: number, spread: number) =>
      Array.from({ length: rows }, () => size * Math.exp(spread * random.normal()));
    return [
      { node, metric: 'requests', statistic: 'Sum', values: wobble(requests, 0.08).map(Math.round) },
      { node, metric: 'latency', statistic: 'Average', values: wobble(latency, 0.03) },
      { node, metric: 'availability', statistic: 'Average', values: wobble(100, 0) },
    ];
  });
  const timestamps = Array.from({ length: rows }, (_, row) => start + 300 * row);
  return buildMetricWindow(timestamps, columns);
};

/** The chain of calls from the site to the faulty node. */
export const CHAINS: Readonly<Record<string, readonly string[]>> = {
  site: ['site'],
  search: ['search', 'site'],
  pay: ['pay', 'site'],
  bank: ['bank', 'pay', 'site'],
  ledger: ['ledger', 'pay', 'site'],
  disk: ['disk', 'ledger', 'pay', 'site'],
};

export const ALARM_AT = 450;

/** Five rows with an alarm in the second; harm of `size` is added to rows 1 to 3 of a node and all above it. */
export const faultyWindow = (
  source: string,
  metric: DiagnosisTarget['metric'] = 'latency',
  size = metric === 'latency' ? 60 : 60,
): MetricWindow => {
  const window = normalRows(5, 0, 2);
  const parts = [0, 0.5, 1, 0.8, 0.1];
  const nodes = new Map(
    [...window.nodes].map(([node, m]) => {
      if (!CHAINS[source]!.includes(node)) return [node, m] as const;
      const perRequest = parts.map((part, row) => (part * size) / m.requests![row]!);
      const latency = m.latency!.map((value, row) => value + (metric === 'latency' ? perRequest[row]! : 0));
      const availability = m.availability!.map(
        (value, row) => value - (metric === 'availability' ? 100 * perRequest[row]! : 0),
      );
      return [node, { ...m, latency, availability }] as const;
    }),
  );
  return { ...window, nodes };
};

export const target = (metric: DiagnosisTarget['metric'] = 'latency'): DiagnosisTarget => ({
  node: 'site',
  metric,
  agg: 'Average',
  timestamp: ALARM_AT,
});

/** The window as a CSV file. */
export const toCsv = (window: MetricWindow): string => {
  const columns = [...window.nodes].flatMap(([node, m]) => [
    { head: [node, 'latency', 'Average'], values: m.latency! },
    { head: [node, 'availability', 'Average'], values: m.availability! },
    { head: [node, 'requests', 'Sum'], values: m.requests! },
  ]);
  const cell = (value: number) => (Number.isNaN(value) ? '' : String(value));
  return [
    ...['microservice', 'metric', 'statistic'].map((name, i) =>
      [name, ...columns.map(({ head }) => head[i]!)].join(),
    ),
    ['unix_timestamp', ...columns.map(() => '')].join(),
    ...Array.from(window.timestamps, (time, row) =>
      [time, ...columns.map(({ values }) => cell(values[row]!))].join(),
    ),
    '',
  ].join('\n');
};

/** A graph as a CSV adjacency matrix. */
export const graphToCsv = ({ nodes, edges }: CallGraph): string => {
  const calls = new Set(edges.map((edge) => edge.join('>')));
  const rows = nodes.map((a) => [a, ...nodes.map((b) => (calls.has(`${a}>${b}`) ? '1.0' : ''))].join());
  return [['', ...nodes].join(), ...rows, ''].join('\n');
};
