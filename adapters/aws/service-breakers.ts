/** Circuit breakers around the clients of AWS, one per service and process. */
import {
  type Breaker,
  CircuitBreaker,
  callThrough,
  type ResultOf,
} from '../../core/shared/resilience/breaker.ts';
import { DEFAULT_BREAKERS } from '../../core/shared/resilience/breaker-rules.ts';
import { memoryCell } from '../../core/shared/resilience/memory-cell.ts';
import { concernsOneItem, isTransient } from './sdk-failure.ts';

export type MakeServiceBreaker = (service: string) => Breaker;

/** Of a process that reports nothing, such as a command. */
const silentBreaker: MakeServiceBreaker = (service) =>
  new CircuitBreaker({
    name: `service ${service}`,
    cell: memoryCell(),
    rules: DEFAULT_BREAKERS.services,
    now: Date.now,
    changed: async () => {},
    unrecorded: () => {},
  });

let makeBreaker: MakeServiceBreaker = silentBreaker;
const breakers = new Map<string, Breaker>();

/** Replaces the breakers of all services, also for clients that exist already. */
export const useServiceBreakers = (make: MakeServiceBreaker): void => {
  makeBreaker = make;
  breakers.clear();
};

/** The breaker of a service; all clients of the service share it. */
export const serviceBreaker = (service: string): Breaker => {
  const breaker = breakers.get(service) ?? makeBreaker(service);
  breakers.set(service, breaker);
  return breaker;
};

/**
 * Only throttling, server errors, time-outs and lost connections open a breaker. Not those of one item or key, which are
 * due to one tenant; not requests that the service refuses, nor conditions that do not hold.
 */
export const serviceResultOf: ResultOf = (error) => {
  if (isTransient(error)) return concernsOneItem(error) ? 'answered' : 'failed';
  const isRefusal = error instanceof Error && '$fault' in error && error.$fault === 'client';
  return isRefusal ? 'answered' : 'unknown';
};

type Passing = <Args, Output>(next: (args: Args) => Promise<Output>) => (args: Args) => Promise<Output>;

/** What all clients of the SDK have in common. */
interface Guardable {
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: {
    add(
      middleware: Passing,
      options: { readonly step: 'initialize'; readonly priority: 'high'; readonly name: string },
    ): void;
  };
}

/**
 * Sends every request of a client through the breaker of its service. All attempts of the SDK at one request count as
 * one call. Each client is made in here: `test/architecture/external-calls.test.ts` finds those that are not.
 */
export const guarded = <Client extends Guardable>(client: Client): Client => {
  const service = client.config.serviceId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const throughBreaker: Passing = (next) => (args) =>
    callThrough(serviceBreaker(service), () => next(args), serviceResultOf);
  client.middlewareStack.add(throughBreaker, {
    step: 'initialize',
    priority: 'high',
    name: 'circuitBreaker',
  });
  return client;
};
