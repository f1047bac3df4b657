/** Circuit breakers in the API. */
import * as z from 'zod';
import { isoOfMs } from '../../shared/time.ts';
import { DEPENDENCY_KINDS, type StoredBreaker } from '../breaker-key.ts';
import { named } from './components.ts';
import { ResponseInstant } from './instants.ts';
import { pageOf, paging } from './paging.ts';

export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type ShownState = (typeof BREAKER_STATES)[number];

export const BreakersQuery = z.strictObject({
  ...paging,
  state: z.enum(BREAKER_STATES).optional().describe('Only those in this state'),
});

export const BreakerView = named(
  'Breaker',
  z.object({
    kind: z
      .enum(DEPENDENCY_KINDS)
      .describe('`service`: of AWS; `integration`: a system outside; `action`: a remediation'),
    name: z.string().describe('The dependency, such as `secrets-manager` or the name of an integration'),
    state: z
      .enum(BREAKER_STATES)
      .describe('`closed`: calls pass; `open`: calls fail at once; `half-open`: one call passes as a probe'),
    since: ResponseInstant.optional().describe('When it opened or closed; absent if it never did'),
    reason: z.string().optional().describe('The failure that opened it; absent while it is closed'),
    nextProbeAt: ResponseInstant.optional().describe('When the next call passes; absent while it is closed'),
    failures: z.number().int().describe('Consecutive failures so far while it is closed; 0 otherwise'),
  }),
);
export const BreakerPage = pageOf('BreakerPage', BreakerView);

/** A breaker as the API shows it at an instant, epoch milliseconds. */
export const presentBreaker = (
  { kind, name, state }: StoredBreaker,
  nowMs: number,
): z.infer<typeof BreakerView> => {
  const since = state.since === 0 ? {} : { since: isoOfMs(state.since) };
  if (state.phase === 'closed') return { kind, name, state: 'closed', ...since, failures: state.failures };
  const isWaiting = state.phase === 'open' && nowMs < state.retryAt;
  return {
    ...{ kind, name, state: isWaiting ? 'open' : 'half-open', ...since },
    ...{ reason: state.reason, nextProbeAt: isoOfMs(state.retryAt), failures: 0 },
  };
};
