/** Scores the whole pipeline on simulated faults: from stored blocks and grouped alerts to ranked causes. */
import { type Reliability, reliability } from './reliability.ts';
import type { CaseResult, Recall } from './score-cases.ts';
import { recall } from './score-cases.ts';
import { type SimulatedFault, simulatedFaults } from './simulated-faults.ts';
import { type AvailableInput, explainStored, groupedIncident } from './stored-fault.ts';

/** Not among the seeds on which anything was chosen or fitted. */
const FIRST_SEED = 101;

const all = () => true;
const REQUESTS: ReadonlySet<string> = new Set(['latency_ms', 'request_rate', 'error_percent']);

/** Input that is available to the diagnosis. */
export const INPUTS = {
  'all metrics, whole graph': { metrics: all, graph: 'whole' },
  'no request counts': { metrics: (name) => name !== 'request_rate', graph: 'whole' },
  'latency and request counts': {
    metrics: (name) => REQUESTS.has(name) && name !== 'error_percent',
    graph: 'whole',
  },
  'latency alone': { metrics: (name) => name === 'latency_ms', graph: 'whole' },
  'resources alone': { metrics: (name) => !REQUESTS.has(name), graph: 'whole' },
  'a tenth of the graph wrong': { metrics: all, graph: 'imperfect' },
  'no graph': { metrics: all, graph: 'none' },
} as const satisfies Readonly<Record<string, AvailableInput>>;
export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];

/** The answer for one fault with one input. `metric` is the metric whose harm was traced. */
export interface SimulatedResult extends CaseResult {
  readonly input: InputName;
  readonly kind: SimulatedFault['kind'];
  readonly topology: string;
  readonly method: string;
  /** Scores in ranked order. */
  readonly scores: readonly number[];
  readonly milliseconds: number;
}

const explain = async (fault: SimulatedFault, input: InputName): Promise<SimulatedResult | undefined> => {
  const incident = await groupedIncident(fault, INPUTS[input]);
  if (incident === undefined) return undefined;
  const { report, milliseconds } = await explainStored(fault, incident, INPUTS[input]);
  const [first] = report.causes;
  return {
    ...{ id: fault.id, group: fault.kind, kind: fault.kind, topology: fault.topology, input },
    metric: report.metric ?? 'latency',
    rank: report.causes.findIndex(({ node }) => node === fault.cause) + 1,
    diagnosed: first?.node ?? '',
    cause: fault.cause,
    confidence: first?.confidence ?? 0,
    scores: report.causes.map(({ score }) => score),
    method: report.method,
    milliseconds,
  };
};

/** Diagnoses every fault with every input. A fault without an alert has no result for that input. */
export const explainSimulated = async (
  rounds: number,
  firstSeed: number,
): Promise<{ readonly faults: number; readonly results: SimulatedResult[] }> => {
  const results: SimulatedResult[] = [];
  let faults = 0;
  for (const fault of simulatedFaults(rounds, firstSeed)) {
    if (fault === undefined) continue;
    faults++;
    for (const input of INPUT_NAMES) {
      const result = await explain(fault, input);
      if (result !== undefined) results.push(result);
    }
  }
  return { faults, results };
};

/** Scores on the simulated faults. */
export interface SimulatedScore {
  readonly faults: number;
  readonly byInput: Readonly<Record<string, Recall>>;
  /** With all metrics and the whole graph. */
  readonly byKind: Readonly<Record<string, Recall>>;
  readonly byTopology: Readonly<Record<string, Recall>>;
  readonly byMethod: Readonly<Record<string, Reliability>>;
  readonly overconfident: readonly CaseResult[];
  readonly milliseconds: { readonly median: number; readonly p95: number };
}

const OVERCONFIDENT = 0.8;

const recallBy = (
  results: readonly SimulatedResult[],
  key: (result: SimulatedResult) => string,
): Record<string, Recall> =>
  Object.fromEntries([...Map.groupBy(results, key)].map(([name, own]) => [name, recall(own)]));

/** Simulates, diagnoses and scores the faults. */
export const scoreSimulated = async (rounds: number): Promise<SimulatedScore> => {
  const { faults, results } = await explainSimulated(rounds, FIRST_SEED);
  const whole = results.filter(({ input }) => input === INPUT_NAMES[0]);
  const times = results.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    faults,
    byInput: recallBy(results, ({ input }) => input),
    byKind: recallBy(whole, ({ kind }) => kind),
    byTopology: recallBy(whole, ({ topology }) => topology),
    byMethod: Object.fromEntries(
      [...Map.groupBy(results, ({ method }) => method)].map(([method, own]) => [method, reliability(own)]),
    ),
    overconfident: results
      .filter(({ rank, confidence }) => rank !== 1 && confidence >= OVERCONFIDENT)
      .map((result) => ({ ...result, id: `${result.id} (${result.input})` })),
    milliseconds: { median: times[times.length >> 1] ?? 0, p95: times[Math.floor(0.95 * times.length)] ?? 0 },
  };
};
