import { describe, expect, it } from 'vitest';
import type { StoredBreaker } from '../../../../core/platform/breaker-key.ts';
import type { BreakerState } from '../../../../core/shared/resilience/breaker-state.ts';
import { platformQueries } from '../../../../functions/api/query-api/platform-queries.ts';
import { memoryBreakers } from '../../../fakes/breakers.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { callRoute } from '../../../fixtures/http-routes.ts';

const NOW = Date.parse('2026-03-01T12:00:20Z') / 1000;
const MS = NOW * 1000;
const failing = { since: MS - 20_000, rounds: 1, successes: 0, reason: 'status 503' };

const breaker = (name: string, state: BreakerState, tenantId = 'ops'): StoredBreaker => ({
  ...{ tenantId, kind: 'integration', name, state, version: 1 },
});

const setUp = async () => {
  const breakers = memoryBreakers();
  for (const each of [
    breaker('a-open', { phase: 'open', ...failing, retryAt: MS + 10_000 }),
    breaker('b-due', { phase: 'open', ...failing, retryAt: MS }),
    breaker('c-probed', { phase: 'half-open', ...failing, retryAt: MS + 60_000 }),
    breaker('d-closed', { phase: 'closed', since: MS - 5_000, failures: 2, failedAt: MS }),
    breaker('e-new', { phase: 'closed', since: 0, failures: 1, failedAt: MS }),
    breaker('theirs', { phase: 'open', ...failing, retryAt: MS + 10_000 }, 'globex'),
  ])
    await breakers.replace(each);
  const { listBreakers } = platformQueries({ breakers, settings: memorySettings() });
  return (query: object) => callRoute(listBreakers, { tenant: 'ops', query }, NOW);
};

describe('GET /v1/breakers', () => {
  it('shows the state of each breaker of the tenant, since when and why, and the next probe', async () => {
    const since = '2026-03-01T12:00:00.000Z';
    const why = { since, reason: 'status 503', failures: 0 };
    const kind = 'integration';
    expect(await (await setUp())({})).toEqual({
      items: [
        { kind, name: 'a-open', state: 'open', ...why, nextProbeAt: '2026-03-01T12:00:30.000Z' },
        { kind, name: 'b-due', state: 'half-open', ...why, nextProbeAt: '2026-03-01T12:00:20.000Z' },
        { kind, name: 'c-probed', state: 'half-open', ...why, nextProbeAt: '2026-03-01T12:01:20.000Z' },
        { kind, name: 'd-closed', state: 'closed', since: '2026-03-01T12:00:15.000Z', failures: 2 },
        { kind, name: 'e-new', state: 'closed', failures: 1 },
      ],
    });
  });

  it('lists one state, page by page', async () => {
    const list = await setUp();
    const first = (await list({ state: 'half-open', limit: '1' })) as {
      readonly items: readonly { readonly name: string }[];
      readonly nextCursor: string;
    };
    const second = await list({ state: 'half-open', limit: '1', cursor: first.nextCursor });
    expect(first.items).toMatchObject([{ name: 'b-due' }]);
    expect(second).toMatchObject({ items: [{ name: 'c-probed' }] });
  });
});
