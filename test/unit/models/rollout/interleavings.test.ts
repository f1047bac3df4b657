/** Callers of rollouts at once, repeated, and dying at any point: what holds at every moment. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ModelRefusedError } from '../../../../core/models/errors.ts';
import { isTrusted, memberOf, stageOf } from '../../../../core/models/line-up.ts';
import type { ModelStore, ModelWrite } from '../../../../core/models/ports.ts';
import { beginRollout } from '../../../../core/models/rollout/begin-rollout.ts';
import { checkRollout } from '../../../../core/models/rollout/check-rollout.ts';
import { DEFAULT_ROLLOUT_POLICY } from '../../../../core/models/rollout/default-policy.ts';
import { failRollout, rollBack } from '../../../../core/models/rollout/roll-back.ts';
import { rolloutIdOf } from '../../../../core/models/rollout/rollout-id.ts';
import { routeOf } from '../../../../core/models/rollout/route.ts';
import type { Rollout } from '../../../../core/models/rollout.ts';
import type { ScoredBlock } from '../../../../core/models/scored-block.ts';
import { SHIPPED_VERSION } from '../../../../core/models/semantic-version.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { Crash, FAULTS, type Fault, type ModelWorld, modelWorld } from '../model-world.ts';
import { ADA, block, NOW, SCOPE } from '../samples.ts';

const VERSIONS = ['0.1.0', '0.1.1', '0.1.2'] as const;
const POLICY = {
  ...DEFAULT_ROLLOUT_POLICY,
  steps: DEFAULT_ROLLOUT_POLICY.steps.map((step) => ({ ...step, minBlocks: 2 })),
  leaseSeconds: 900,
};
/** Few steps, so that random rounds get to their end. */
const SHORT_POLICY = { ...POLICY, steps: [POLICY.steps[0]!, POLICY.steps[3]!, POLICY.steps[5]!] };
const SERIES = Array.from({ length: 40 }, (_, index) => `server-${index}/cpu`);

/** What a caller does with one of the versions. */
const Call = fc.record({
  kind: fc.constantFrom('begin', 'begin', ...Array<string>(6).fill('check'), 'roll-back', 'fail'),
  version: fc.constantFrom(...VERSIONS),
  fault: fc.constantFrom<Fault>('none', 'none', ...FAULTS),
});
type Call = { readonly kind: string; readonly version: string; readonly fault: Fault };

/** Callers at once, after some minutes in which forecasts were scored. */
const Round = fc.record({
  minutes: fc.constantFrom(1, 3, 5, 6, 20),
  forecasts: fc.constantFrom(0, 600, 2500, 2500),
  worse: fc.constantFrom(0, 0, 0, 0, -0.05, 0.3),
  calls: fc.array(Call, { minLength: 1, maxLength: 5 }),
});

const callOf = (world: ModelWorld, store: ModelStore, { kind, version, fault }: Call, now: number) => {
  const deps = world.deps(store, fault);
  const key = { ...SCOPE, rolloutId: rolloutIdOf(SCOPE, version) };
  switch (kind) {
    case 'begin':
      return beginRollout(deps, { ...SCOPE, version, cause: 'test', by: ADA, policy: SHORT_POLICY }, now);
    case 'check':
      return checkRollout(deps, key, now);
    case 'fail':
      return failRollout(deps, key, 'it crashed', now);
    default:
      return rollBack(
        deps,
        { ...SCOPE, version, cause: `${version}/${now}`, reason: { rule: 'manual', text: 'asked for' } },
        now,
      );
  }
};

/** A call may be refused, lose all its races, or die. */
const mayEnd = (error: unknown): boolean =>
  error instanceof Crash ||
  error instanceof ModelRefusedError ||
  error instanceof DependencyUnavailableError ||
  (error instanceof Error && /does not exist/.test(error.message));

/** Blocks of a rollout's time, and after the beginning of a step, from all that were ever scored. */
const scoredIn = (blocks: readonly ScoredBlock[], from: number, to: number): readonly ScoredBlock[] =>
  blocks.filter(({ at }) => at > from && at <= to);

const sumOf = (blocks: readonly ScoredBlock[]): number =>
  blocks.reduce((sum, { forecasts }) => sum + forecasts, 0);

/** The invariants of a rollout after it was written. */
const expectRollout = (rollout: Rollout, blocks: readonly ScoredBlock[]): void => {
  const { policy, passed, startedAt, scoredUntil, test, status } = rollout;
  for (const [index, { startedAt: from, endedAt, score }] of passed.entries()) {
    const step = policy.steps[index]!;
    expect(endedAt - from).toBeGreaterThanOrEqual(step.minSeconds);
    expect(score.forecasts).toBeGreaterThanOrEqual(step.minForecasts);
    expect(score.blocks).toBeGreaterThanOrEqual(step.minBlocks);
    expect(score.forecasts).toBe(sumOf(scoredIn(blocks, from, endedAt)));
  }
  expect(passed).toHaveLength(status === 'promoted' ? policy.steps.length : rollout.step);
  expect(test.blocks).toBe(scoredIn(blocks, startedAt, scoredUntil).length);
};

/** Watches every write. */
const watched = (world: ModelWorld) => {
  const barred = new Set<string>();
  const running: string[] = [];
  let fence = 0;
  const afterWrite = async (write: ModelWrite, now: number): Promise<void> => {
    const lineUp = await world.lineUp();
    const all = [SHIPPED_VERSION, ...world.memory.versions().map(({ version }) => version)];
    expect(all.filter((version) => stageOf(lineUp, version) === 'champion')).toHaveLength(1);
    for (const version of VERSIONS)
      if ((memberOf(lineUp, version)?.retired?.rule ?? null) !== null) barred.add(version);
    for (const version of barred) {
      expect(isTrusted(lineUp, version)).toBe(false);
      expect(stageOf(lineUp, version)).toBe('retired');
    }
    const pinned = { follows: 'own' as const, pinned: '0.1.0' };
    for (const series of SERIES)
      for (const entry of [undefined, pinned]) {
        const { serves, shadow } = routeOf(lineUp, entry, { tenantId: 'acme', series, now });
        expect(barred.has(serves) || barred.has(shadow ?? '')).toBe(false);
      }
    if (write.rollout) expectRollout(write.rollout.item, world.serving.blocks);
    for (const version of VERSIONS) {
      const rollout = await world.rollout(rolloutIdOf(SCOPE, version));
      // A rollout runs exactly as long as it holds the line-up.
      expect(rollout?.status === 'running').toBe(lineUp.challenger?.version === version);
      const rule = memberOf(lineUp, version)?.retired?.rule ?? null;
      if (rollout?.status === 'promoted') expect([null, 'manual']).toContain(rule);
    }
    const holder = lineUp.challenger?.rolloutId;
    expect(lineUp.fence).toBeGreaterThanOrEqual(fence);
    if (holder !== undefined && !running.includes(holder)) {
      // A new rollout has a new fence, and the one before it has ended.
      expect(lineUp.fence).toBeGreaterThan(fence);
      for (const before of running) expect((await world.rollout(before))?.status).not.toBe('running');
      running.push(holder);
    }
    fence = lineUp.fence;
  };
  return { afterWrite, barred };
};

it('one champion, no step without its forecasts, no return of a rolled-back version, no two rollouts at once', async () => {
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.array(Round, { minLength: 8, maxLength: 16 }),
    async (scheduler, rounds) => {
      const world = modelWorld();
      for (const version of VERSIONS) expect(await world.register(`training/${version}`)).toBe(version);
      const { afterWrite } = watched(world);
      let now = NOW;
      const store: ModelStore = {
        ...world.memory,
        lineUp: scheduler.scheduleFunction(world.memory.lineUp),
        rollout: scheduler.scheduleFunction(world.memory.rollout),
        commit: scheduler.scheduleFunction(async (write: ModelWrite) => {
          const isDone = await world.memory.commit(write);
          if (isDone) await afterWrite(write, now);
          return isDone;
        }),
      };
      for (const { minutes, forecasts, worse, calls } of rounds) {
        now += minutes * 60;
        if (forecasts > 0) world.serving.blocks.push(block(now, forecasts, worse));
        const ends = calls.map(async (call) => {
          try {
            await callOf(world, store, call, now);
          } catch (error) {
            if (!mayEnd(error)) throw error;
          }
        });
        await scheduler.waitFor(Promise.all(ends));
      }
    },
  );
  await fc.assert(property, { numRuns: 80 });
});

it('a rollout ends at the same place, however often its checks are repeated and die', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...FAULTS), { minLength: 60, maxLength: 60 }),
    fc.constantFrom(0, 0.4),
    async (faults, worse) => {
      const run = async (deaths: readonly Fault[]) => {
        const world = modelWorld();
        const version = await world.register('training/a');
        const request = { ...SCOPE, version, cause: 'test', by: ADA, policy: POLICY };
        const { rolloutId } = await beginRollout(world.deps(), request, NOW);
        for (let minute = 1; minute <= 40; minute++) {
          const now = NOW + 60 * minute;
          world.serving.blocks.push(block(now, 700, worse));
          for (const fault of [deaths[minute] ?? 'none', 'none' as const])
            await callOf(world, world.memory, { kind: 'check', version, fault }, now).catch((error) => {
              if (!mayEnd(error)) throw error;
            });
        }
        return { lineUp: await world.lineUp(), rollout: await world.rollout(rolloutId), world };
      };
      const [calm, stormy] = [await run([]), await run(faults)];
      expect(stormy.lineUp).toEqual(calm.lineUp);
      expect(stormy.rollout).toEqual(calm.rollout);
      expect(calm.rollout?.status).toBe(worse === 0 ? 'promoted' : 'rolled-back');
      const ids = new Set(stormy.world.published.map(({ detail }) => detail.id));
      expect(ids).toEqual(new Set(calm.world.published.map(({ detail }) => detail.id)));
    },
  );
  await fc.assert(property, { numRuns: 25 });
});
