import { describe, expect, it } from 'vitest';
import type { ChangeRecord, HealthCheck } from '../../../../core/changes/change.ts';
import { closeWatch, type WatchFailure } from '../../../../core/changes/deployments/close-watch.ts';
import { assessRisk, PRIOR_RISK_MODEL } from '../../../../core/changes/risk/engine/risk-model.ts';
import { DEFAULT_WATCH_POLICY } from '../../../../core/changes/watch-policy.ts';
import { ConflictError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { memoryEvents } from '../../../fakes/shared.ts';
import { memoryDeployments } from './memory-deployments.ts';

const AT = 1_795_255_500;
const check = (health: number | null, confidence = 0.9): HealthCheck => ({
  ...{ minutes: 5, until: AT + 300, checkedAt: AT + 301, health, confidence, judged: 3, sent: 3, parts: [] },
});
const features = { replaced: 1 };
const plan = { features, assessment: assessRisk(PRIOR_RISK_MODEL, features) };
const watched = (over: Partial<ChangeRecord> = {}): ChangeRecord => ({
  ...{ tenantId: 'acme', changeId: 'c1', targetId: 'web-1', at: AT, summary: 'v41', kind: 'deployment' },
  ...{ version: '41', previousVersion: '40', recordedAt: AT, policy: DEFAULT_WATCH_POLICY, plan },
  ...{ checks: [check(95)], health: 'watching' },
  ...over,
});

const close = async (record: ChangeRecord, failure?: WatchFailure) => {
  const { store } = memoryDeployments();
  const { events, published } = memoryEvents();
  await store.create(record);
  const closed = await closeWatch(
    { changes: store, events, now: () => (AT + 3700) * 1000 + 999 },
    'acme',
    'c1',
    failure,
  );
  const [lesson] = await store.outcomes('acme', 5);
  return { closed, published, lesson, stored: await store.get('acme', 'c1') };
};

describe('the verdict of a watch', () => {
  it.each<[string, Partial<ChangeRecord>, object, boolean | undefined]>([
    ['a good score', {}, { health: 'healthy', reason: undefined }, false],
    ['a middling score', { checks: [check(70)] }, { health: 'degraded', reason: undefined }, false],
    ['two low scores', { checks: [check(30), check(30)] }, { health: 'unhealthy', reason: undefined }, true],
    [
      'no score',
      { checks: [check(null)] },
      { health: 'unknown', reason: 'too little data to score its health' },
      undefined,
    ],
    ['a score without confidence', { checks: [check(95, 0.1)] }, { health: 'unknown' }, undefined],
    [
      'a deployment in between',
      { supersededBy: 'c2' },
      { health: 'superseded', reason: 'web-1 was deployed again (change c2)' },
      undefined,
    ],
    [
      'low scores before a deployment in between',
      { supersededBy: 'c2', checks: [check(10), check(10)] },
      { health: 'unhealthy' },
      true,
    ],
  ])('follows from %s, and teaches only what is certain', async (_, over, expected, wasUnhealthy) => {
    const { closed, lesson, stored } = await close(watched(over));
    expect({ reason: undefined, ...closed }).toMatchObject({ ...expected, closedAt: AT + 3700 });
    expect(lesson).toEqual(wasUnhealthy === undefined ? undefined : { features, wasUnhealthy });
    expect(stored?.record).toEqual(closed);
  });

  it('of a failed watch is unknown, unless it is already certain', async () => {
    const failure = { error: 'States.Timeout' };
    const { closed, lesson } = await close(watched(), failure);
    expect(closed).toMatchObject({ health: 'unknown', reason: 'the watch failed: States.Timeout' });
    expect(lesson).toBeUndefined();
    const bad = await close(watched({ checks: [check(10), check(10)] }), failure);
    expect(bad.closed.health).toBe('unhealthy');
  });

  it('teaches nothing without a plan', async () => {
    const { plan: _, ...unplanned } = watched();
    expect((await close(unplanned)).lesson).toBeUndefined();
  });

  it('follows the default policy if the change has none', async () => {
    const { policy: _, ...plain } = watched({ checks: [check(30), check(30)] });
    expect((await close(plain)).closed.health).toBe('unhealthy');
  });

  it('is announced if it proposes to roll back, and only then', async () => {
    const { published, stored } = await close(watched({ checks: [check(10), check(10)] }));
    expect(published.map(({ name }) => name)).toEqual(['RemediationProposed']);
    expect(stored?.pending).toEqual([]);
    const { published: none, stored: quiet } = await close(watched());
    expect(none).toEqual([]);
    expect(quiet?.revision).toBe(2);
  });
});

describe('closing a watch', () => {
  const deps = (changes: Parameters<typeof closeWatch>[0]['changes']) => ({
    ...{ changes, events: memoryEvents().events, now: () => AT * 1000 },
  });

  it('needs a change that exists', async () => {
    const closing = closeWatch(deps(memoryDeployments().store), 'acme', 'c9');
    await expect(closing).rejects.toThrow(InvalidInputError);
    await expect(closing).rejects.toThrow('change c9 does not exist');
  });

  it('gives up after three lost races', async () => {
    let reads = 0;
    const get = async () => {
      reads++;
      return { record: watched(), revision: 1, pending: [] };
    };
    const closing = closeWatch(deps({ get, update: async () => undefined }), 'acme', 'c1');
    await expect(closing).rejects.toThrow(ConflictError);
    await expect(closing).rejects.toThrow('change c1: lost 3 write races');
    expect(reads).toBe(3);
  });
});

describe('the level of a risk', () => {
  const levelAt = (bias: number) => assessRisk({ bias, weights: {}, examples: 0 }, {}).level;

  it('is high from one half on, and medium from one in six', () => {
    expect([levelAt(0), levelAt(-1e-9)]).toEqual(['high', 'medium']);
    expect([levelAt(Math.log(0.2) + 1e-9), levelAt(Math.log(0.2) - 1e-9)]).toEqual(['medium', 'low']);
  });
});
