/** Makes circuit breakers that report their changes. */
import type { EventPublisher } from '../../shared/messaging.ts';
import { type Breaker, CircuitBreaker } from '../../shared/resilience/breaker.ts';
import type { BreakerRules } from '../../shared/resilience/breaker-rules.ts';
import type { BreakerState } from '../../shared/resilience/breaker-state.ts';
import { memoryCell } from '../../shared/resilience/memory-cell.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { isoOfMs } from '../../shared/time.ts';
import { type BreakerKey, dependencyText } from '../breaker-key.ts';
import type { PlatformEvent } from '../events.ts';
import type { BreakerStore } from './ports.ts';
import { SharedCell, type Sharing } from './shared-cell.ts';

export interface BreakerDeps {
  readonly rules: BreakerRules;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface SharedBreakerDeps extends BreakerDeps {
  readonly store: BreakerStore;
  readonly events: EventPublisher;
}

/** One line for each change, and an outcome for those between closed and open. */
const log = ({ telemetry }: BreakerDeps, dependency: string, after: BreakerState): void => {
  if (after.phase === 'half-open') return;
  if (after.phase === 'closed') {
    telemetry.info('circuit breaker closed', { dependency });
    telemetry.count('BreakerClosed');
    return;
  }
  const { reason, retryAt, rounds, successes } = after;
  const retry = isoOfMs(retryAt);
  telemetry.info('circuit breaker open', { dependency, reason, retryAt: retry, rounds, successes });
  if (rounds === 1 && successes === 0) telemetry.count('BreakerOpened');
};

const unrecorded =
  ({ telemetry }: BreakerDeps, dependency: string) =>
  (error: unknown): void => {
    telemetry.count('BreakerStateUnavailable');
    telemetry.error('the state of a circuit breaker is unavailable', { dependency }, error);
  };

/** A breaker of this process alone. */
export const localBreaker = (deps: BreakerDeps, dependency: string): Breaker =>
  new CircuitBreaker({
    ...deps,
    name: dependency,
    cell: memoryCell(),
    changed: async (_, after) => log(deps, dependency, after),
    unrecorded: unrecorded(deps, dependency),
  });

/** The event about a change between closed and open; undefined for other changes. */
const eventOf = (
  { tenantId, kind, name }: BreakerKey,
  before: BreakerState,
  after: BreakerState,
  nowMs: number,
): PlatformEvent | undefined => {
  const fields = { tenantId, occurredAt: isoOfMs(nowMs), kind, name };
  const id = (event: string, since: number) => `${event}/${tenantId}/${kind}/${name}/${since}`;
  const source = 'forestall.platform';
  if (after.phase === 'open' && before.phase === 'closed') {
    const { reason, since } = after;
    const detail = { id: id('BreakerOpened', since), ...fields, reason, retryAt: isoOfMs(after.retryAt) };
    return { name: 'BreakerOpened', source, detail };
  }
  if (after.phase !== 'closed') return undefined;
  const detail = { id: id('BreakerClosed', before.since), ...fields, openedAt: isoOfMs(before.since) };
  return { name: 'BreakerClosed', source, detail };
};

/** The stored state is what counts: if its event cannot be published, calls are not affected. */
const announce = async (deps: SharedBreakerDeps, event: PlatformEvent | undefined): Promise<void> => {
  if (event === undefined) return;
  try {
    await deps.events.publish([event]);
  } catch (error) {
    deps.telemetry.count('BreakerUnannounced');
    deps.telemetry.error('the change of a circuit breaker was not announced', { id: event.detail.id }, error);
  }
};

/** A breaker whose state all processes share. */
export const sharedBreaker = (deps: SharedBreakerDeps, key: BreakerKey, sharing: Sharing): Breaker => {
  const dependency = dependencyText(key);
  const unreachable = unrecorded(deps, dependency);
  return new CircuitBreaker({
    ...deps,
    name: dependency,
    cell: new SharedCell({ ...deps, key, sharing, unreachable }),
    changed: async (before, after) => {
      log(deps, dependency, after);
      await announce(deps, eventOf(key, before, after, deps.now()));
    },
    unrecorded: unreachable,
  });
};
