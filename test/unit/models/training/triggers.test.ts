import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestTraining, startWaiting } from '../../../../core/models/training/request-training.ts';
import { failTraining } from '../../../../core/models/training/train-steps.ts';
import { TRIGGER_REASONS, type TrainingBook } from '../../../../core/models/training-run.ts';
import { Crash, FAULTS, modelWorld } from '../model-world.ts';
import { hash, NOW, SCOPE, trigger } from '../samples.ts';

const POLICY = { cooldownSeconds: 3600, maxRunSeconds: 7200, codeHash: hash('code') };

const Event = fc.record({
  seconds: fc.constantFrom(0, 60, 1000, 2000, 4000),
  what: fc.constantFrom('ask', 'ask', 'ask', 'schedule', 'end'),
  reason: fc.constantFrom(...TRIGGER_REASONS),
  cause: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  fault: fc.constantFrom('none' as const, 'none' as const, ...FAULTS),
});

it('each cause leads to one training, one training is under way at a time, and not before the cooldown is over', async () => {
  const property = fc.asyncProperty(fc.array(Event, { maxLength: 30 }), async (events) => {
    const world = modelWorld();
    const begun: { at: number; runId: string; isManual: boolean }[] = [];
    const asked = new Set<string>();
    let now = NOW;
    const note = async () => {
      const { item } = await world.memory.book(SCOPE);
      if (item.open === null || begun.some(({ runId }) => runId === item.open?.runId)) return;
      const run = await world.memory.run(SCOPE, item.open.runId);
      const isManual = run?.item.triggers.some(({ reason }) => reason === 'manual') ?? false;
      begun.push({ at: item.open.startedAt, runId: item.open.runId, isManual });
    };
    const act = async (call: () => Promise<unknown>) => {
      await call().catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      await note();
    };
    for (const { seconds, what, reason, cause, fault } of events) {
      now += seconds;
      const deps = world.deps(world.memory, fault);
      if (what === 'ask') {
        asked.add(cause);
        const given = trigger({ reason, cause, at: now });
        await act(() => requestTraining(deps, SCOPE, given, POLICY, now));
        // Senders repeat what was not answered.
        await act(() => requestTraining(world.deps(), SCOPE, given, POLICY, now));
      } else if (what === 'schedule') await act(() => startWaiting(deps, SCOPE, POLICY, now));
      else {
        const open = (await world.memory.book(SCOPE)).item.open;
        if (open !== null)
          await act(() => failTraining(deps, { ...SCOPE, runId: open.runId }, 'it crashed', now));
      }
    }
    for (let hours = 0; hours < 6; hours++) {
      now += 7200;
      await act(() => startWaiting(world.deps(), SCOPE, POLICY, now));
    }
    const book: TrainingBook = (await world.memory.book(SCOPE)).item;
    expect(book.waiting).toEqual([]);
    expect(book.answered.map(({ cause }) => cause).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      [...asked].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(new Set(book.answered.map(({ runId }) => runId))).toEqual(
      new Set(begun.map(({ runId }) => runId)),
    );
    for (const { runId } of begun) {
      const run = (await world.memory.run(SCOPE, runId))?.item;
      const isLost = run?.explanation === 'it took longer than 7200 s';
      expect(world.trainings.started.has(`acme-${runId}`) || isLost).toBe(true);
    }
    for (const [index, { at, isManual }] of begun.entries()) {
      const before = begun[index - 1];
      if (before !== undefined && !isManual) expect(at - before.at).toBeGreaterThanOrEqual(3600);
    }
    for (const { runId } of begun.slice(0, -1))
      expect((await world.memory.run(SCOPE, runId))?.item.endedAt).not.toBeNull();
  });
  await fc.assert(property, { numRuns: 150 });
});

describe('a request for a training', () => {
  it('starts the workflow, named after the training', async () => {
    const world = modelWorld();
    const { answer, runId } = await requestTraining(world.deps(), SCOPE, trigger(), POLICY, NOW);
    expect(answer).toBe('started');
    expect([...world.trainings.started]).toEqual([[`acme-${runId}`, { ...SCOPE, runId }]]);
    expect((await world.memory.run(SCOPE, runId ?? ''))?.item).toMatchObject({
      ...{ status: 'snapshot', codeHash: hash('code'), explanation: 'asked for by drift' },
    });
  });

  it('is known when it is repeated', async () => {
    const world = modelWorld();
    const { runId } = await requestTraining(world.deps(), SCOPE, trigger(), POLICY, NOW);
    const again = await requestTraining(world.deps(), SCOPE, trigger(), POLICY, NOW + 9999);
    expect(again).toEqual({ answer: 'known', runId });
  });

  it('waits during a training and after it, unless a person asks', async () => {
    const world = modelWorld();
    const ask = (cause: string, reason: 'schedule' | 'manual', now: number) =>
      requestTraining(world.deps(), SCOPE, trigger({ cause, reason }), POLICY, now);
    const first = await ask('a', 'schedule', NOW);
    expect(await ask('b', 'manual', NOW + 60)).toEqual({ answer: 'waiting', runId: null });
    await failTraining(world.deps(), { ...SCOPE, runId: first.runId ?? '' }, 'x', NOW + 120);
    expect((await ask('c', 'schedule', NOW + 180)).answer).toBe('waiting');
    const { answer, runId } = await ask('d', 'manual', NOW + 240);
    expect(answer).toBe('started');
    const run = (await world.memory.run(SCOPE, runId ?? ''))?.item;
    expect(run?.triggers.map(({ cause }) => cause)).toEqual(['b', 'c', 'd']);
  });

  it('ends a training that stopped without an end', async () => {
    const world = modelWorld();
    const { runId } = await requestTraining(world.deps(), SCOPE, trigger(), POLICY, NOW);
    const later = await requestTraining(world.deps(), SCOPE, trigger({ cause: 'b' }), POLICY, NOW + 7200);
    expect(later.answer).toBe('started');
    expect((await world.memory.run(SCOPE, runId ?? ''))?.item).toMatchObject({
      ...{ status: 'failed', explanation: 'it took longer than 7200 s', endedAt: NOW + 7200 },
    });
  });
});
