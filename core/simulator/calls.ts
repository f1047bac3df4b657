import type { SimulatedProfile, SimulatedServer } from './fleet.ts';
import { randomStream } from './random.ts';

/** Calls from one server to another, as an average per request. */
export interface Call {
  /** Index of the callee among the servers that are simulated together. */
  readonly callee: number;
  readonly perRequest: number;
}

/** Share of failed calls that callers retry, once. */
export const RETRY_SHARE = 0.3;

/** Range of calls per request, drawn per pair of servers. */
const CALLS_TO: Readonly<Record<SimulatedProfile, readonly [min: number, max: number]>> = {
  web: [0.4, 1.2],
  app: [0.4, 1.2],
  database: [1, 3],
  batch: [0.02, 0.1],
};
/** A batch job makes more calls than a page does. */
const CALLS_OF_A_JOB = 4;

/** Draws the calls of a server. Equal seeds and IDs give equal calls. */
export const drawCalls = (
  seed: number,
  server: SimulatedServer,
  callees: readonly { readonly at: number; readonly server: SimulatedServer }[],
): Call[] =>
  callees.map(({ at, server: { id, profile } }) => {
    const [least, most] = CALLS_TO[profile];
    const perRequest = randomStream(seed, 'calls-per-request', server.id, id).between(least, most);
    return { callee: at, perRequest: server.profile === 'batch' ? CALLS_OF_A_JOB * perRequest : perRequest };
  });

/** Share of requests that fail because of one callee that fails a share `failing` of its calls. */
export const failuresThrough = (perRequest: number, failing: number): number => {
  const afterRetry = failing * (1 - RETRY_SHARE + RETRY_SHARE * failing);
  return 1 - (1 - afterRetry) ** perRequest;
};

/** Mean number of calls per request, including retries. */
export const callsMade = (perRequest: number, failing: number): number =>
  perRequest * (1 + RETRY_SHARE * failing);
