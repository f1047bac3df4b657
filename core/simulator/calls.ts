import type { SimulatedProfile, SimulatedServer } from './fleet.ts';
import { randomStream } from './random.ts';

/** How one server calls another: on average so many times a request. */
export interface Call {
  /** The callee's place among the servers that are simulated together. */
  readonly callee: number;
  readonly perRequest: number;
}

/** Callers try a failed call again in this share of cases, once. */
export const RETRY_SHARE = 0.3;

/** Calls a request of a web or app server; the range is drawn from per pair. */
const CALLS_TO: Readonly<Record<SimulatedProfile, readonly [least: number, most: number]>> = {
  web: [0.4, 1.2],
  app: [0.4, 1.2],
  database: [1, 3],
  batch: [0.02, 0.1],
};
/** A job asks for more than a page does. */
const CALLS_OF_A_JOB = 4;

/** The calls of a server, `callees` with their places; equal seeds and ids give equal calls. */
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

/** Share of requests that fail on the way through one callee, of whose answers `failing` are failures. */
export const failuresThrough = (perRequest: number, failing: number): number => {
  const afterRetry = failing * (1 - RETRY_SHARE + RETRY_SHARE * failing);
  return 1 - (1 - afterRetry) ** perRequest;
};

/** Calls a request makes in the mean, retries included. */
export const callsMade = (perRequest: number, failing: number): number =>
  perRequest * (1 + RETRY_SHARE * failing);
