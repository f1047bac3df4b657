import { describe, expect, it } from 'vitest';
import type { PeerWork } from '../../../../core/anomalies/ports.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { makeHandler as makeComparer } from '../../../../functions/anomalies/compare-peers/handler.ts';
import {
  type Deps,
  makeHandler as makePlanner,
} from '../../../../functions/anomalies/plan-peer-comparison/handler.ts';
import { memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { MIDNIGHT, world } from '../peers/group-world.ts';

const NOW = 1_795_255_500;
const targets = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, i) => watched(`web-${String(i).padStart(4, '0')}`, { tenantId }));

const planning = (over: Partial<Deps> = {}) => {
  const started: PeerWork[] = [];
  const log = recordedTelemetry();
  const deps: Deps = {
    registry: memoryRegistry([...targets('acme', 600), ...targets('bolt', 4), ...targets('tiny', 3)]),
    starter: {
      start: async (work) => {
        started.push(work);
      },
    },
    telemetry: log.telemetry,
    now: () => NOW * 1000,
    ...over,
  };
  return { plan: makePlanner(deps), started, log };
};

describe('planning comparisons', () => {
  it('starts one per group of each tenant, page by page, and none for groups that are too small', async () => {
    const { plan, started } = planning();
    expect(await plan({ scheduledAt: '2026-11-21T10:06:00Z' })).toEqual({ tenants: 3, groups: 5 });
    expect(started.filter(({ tenantId }) => tenantId === 'acme').map(({ parts }) => parts)).toEqual([
      4, 4, 4, 4,
    ]);
    expect(started.flatMap(({ targetIds }) => targetIds)).toHaveLength(604);
    expect(started.every(({ relearn }) => !relearn)).toBe(true);
  });

  it('does nothing and logs nothing without tenants', async () => {
    const { plan, log } = planning({ registry: memoryRegistry([]) });
    expect(await plan({})).toEqual({ tenants: 0, groups: 0 });
    expect(log.lines).toEqual([]);
  });

  it('re-learns one tenant if an operator requests it', async () => {
    const { plan, started } = planning();
    await plan({ tenantId: 'bolt', relearn: true });
    expect(started).toMatchObject([{ tenantId: 'bolt', relearn: true }]);
    await expect(plan({ tenantId: 'No Such' })).rejects.toThrow(InvalidInputError);
  });

  it('continues with other tenants if one fails, and then fails to be retried', async () => {
    const registry = memoryRegistry([...targets('acme', 5), ...targets('bolt', 4)]);
    const broken: Deps['registry'] = {
      ...registry,
      list: (tenantId, page) =>
        tenantId === 'acme' ? Promise.reject(new Error('down')) : registry.list(tenantId, page),
    };
    const { plan, started, log } = planning({ registry: broken });
    await expect(plan({})).rejects.toThrow(DependencyUnavailableError);
    expect(started.map(({ tenantId }) => tenantId)).toEqual(['bolt']);
    expect(log.counts.PeerPlanFailed).toBe(1);
  });
});

describe('comparing a group', () => {
  it('returns its counts, and rejects invalid input', async () => {
    const { deps, work, now } = world();
    now(MIDNIGHT + 1200);
    const compare = makeComparer(deps);
    expect(await compare(JSON.parse(JSON.stringify(work)))).toEqual({
      targets: 8,
      learnedHours: 96,
      departures: 0,
    });
    expect(await compare({ ...work })).toMatchObject({ learnedHours: 0 });
    await expect(compare({ tenantId: 'acme' })).rejects.toThrow(InvalidInputError);
  });
});
