import { describe, expect, it } from 'vitest';
import { answerQuestion, requestUndo } from '../../../../core/remediation/approval/decide.ts';
import { planHash } from '../../../../core/remediation/plan.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import { ConflictError } from '../../../../core/shared/errors.ts';
import { NOW, samplePlan } from '../stored-samples.ts';
import { askedRun, askedWorld, doneRun, person, TENANT } from './asked-world.ts';

const KEY = { kind: 'key' as const, name: 'ci', keyId: 'k' };

const wish = (run: Remediation, more: object = {}) => ({
  ...{ tenantId: TENANT, remediationId: run.remediationId, planHash: run.planHash ?? '' },
  ...{ reason: 'slower since', by: person('ada'), approves: true, ...more },
});
const answer = (run: Remediation, name: string, given: 'approved' | 'rejected' = 'approved') => ({
  ...{ tenantId: TENANT, remediationId: run.remediationId, planHash: run.planHash ?? '' },
  ...{ answer: given, question: 'undo' as const, reason: '', by: person(name) },
});
const ofRisk = (risk: 'high' | 'medium'): Partial<Remediation> => {
  const plan = samplePlan({ risk });
  return { plan, planHash: planHash(plan) };
};

describe('a request to undo', () => {
  it('by a person who may approve begins at once, with both decisions', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run));
    expect(world.undone).toEqual([['r-1', NOW + 60]]);
    expect((await world.decisions()).map(({ kind }) => kind)).toEqual(['approval-asked', 'approved']);
    expect((await world.decisions())[0]?.outcome).toEqual({ undo: true, reason: 'slower since' });
    expect((await world.now())?.undoRequest).toMatchObject({ needed: 1, approvals: [{ by: person('ada') }] });
  });

  it('by a key waits for a person, who approves or rejects it', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run, { by: KEY, approves: false }));
    expect(world.undone).toEqual([]);
    expect(await requestUndo(world.deps, wish(run, { by: KEY, approves: false }))).toMatchObject({
      isRepeated: true,
    });
    await answerQuestion(world.deps, answer(run, 'bob', 'rejected'));
    expect((await world.now())?.undoRequest).toBeNull();
    await requestUndo(world.deps, wish(run, { by: KEY, approves: false }));
    await answerQuestion(world.deps, answer(run, 'bob'));
    expect(world.undone).toEqual([['r-1', NOW + 60]]);
    const kinds = (await world.decisions()).map(({ kind }) => kind);
    expect(kinds).toEqual(['approval-asked', 'rejected', 'approval-asked', 'approved']);
  });

  it('takes no answer that is about the plan, and the plan none that is about the undoing', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run, { by: KEY, approves: false }));
    const late = { ...answer(run, 'bob'), question: 'plan' as const };
    await expect(answerQuestion(world.deps, late)).rejects.toThrow(
      /the question is whether to undo what it did, and the answer is about its plan \(question "plan"\)/,
    );
    expect([world.undone, (await world.now())?.undoRequest?.approvals]).toEqual([[], []]);
    const asked = askedRun();
    const other = await askedWorld(asked);
    await expect(answerQuestion(other.deps, answer(asked, 'bob'))).rejects.toThrow(/nobody asks to undo it/);
    expect(other.answers).toEqual([]);
  });

  it('asked again after a refusal takes no answer to the earlier question', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    const asks = () => requestUndo(world.deps, wish(run, { by: KEY, approves: false }));
    await asks();
    const askedAt = NOW + 60;
    expect((await world.now())?.undoRequest).toMatchObject({ askedAt });
    await answerQuestion(world.deps, answer(run, 'bob', 'rejected'));
    world.clock.seconds += 60;
    await asks();
    await expect(answerQuestion(world.deps, { ...answer(run, 'ada'), askedAt })).rejects.toThrow(
      /closed and asked again/,
    );
    expect(world.undone).toEqual([]);
    await answerQuestion(world.deps, { ...answer(run, 'ada'), askedAt: askedAt + 60 });
    expect(world.undone).toHaveLength(1);
  });

  it('of high risk needs two people', async () => {
    const run = doneRun(ofRisk('high'));
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run));
    expect(await requestUndo(world.deps, wish(run))).toMatchObject({ isRepeated: true });
    expect(world.undone).toEqual([]);
    await answerQuestion(world.deps, answer(run, 'bob'));
    expect(world.undone).toHaveLength(1);
  });

  it('tells people as long as approvals are missing, and no longer', async () => {
    const run = doneRun(ofRisk('high'));
    const world = await askedWorld(run);
    const details = () => world.published.map(({ detail }) => detail);
    await requestUndo(world.deps, wish(run, { by: KEY, approves: false }));
    expect(world.published).toMatchObject([
      {
        name: 'RemediationUndoRequested',
        detail: { reason: 'slower since', requestedBy: 'ci', needed: 2, by: [], planHash: run.planHash },
      },
    ]);
    world.clock.seconds += 60;
    await answerQuestion(world.deps, answer(run, 'ada'));
    expect(details()[1]).toMatchObject({ requestedBy: 'ci', reason: 'slower since', by: ['ada'] });
    expect(new Set(details().map(({ id }) => id)).size).toBe(2);
    await answerQuestion(world.deps, answer(run, 'bob'));
    expect([world.undone.length, world.published.length]).toEqual([1, 2]);
  });

  it('tells people again if it is repeated, because the first attempt may have ended before', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run, { by: KEY, approves: false }));
    await requestUndo(world.deps, wish(run, { by: KEY, approves: false, reason: 'other words' }));
    expect(world.published).toHaveLength(2);
    expect(world.published[1]).toEqual(world.published[0]);
    await answerQuestion(world.deps, answer(run, 'bob', 'rejected'));
    expect(world.published).toHaveLength(2);
  });

  it('that one person may decide is told to nobody else', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run));
    expect([world.undone.length, world.published]).toEqual([1, []]);
  });

  it('counts approvals for an hour only', async () => {
    const run = doneRun(ofRisk('high'));
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run));
    world.clock.seconds += 3600;
    await answerQuestion(world.deps, answer(run, 'bob'));
    expect(world.undone).toEqual([]);
    expect((await world.now())?.undoRequest?.approvals.map(({ by }) => by.name)).toEqual(['bob']);
  });

  it('repeats the beginning, not the decisions', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await requestUndo(world.deps, wish(run));
    await requestUndo(world.deps, wish(run));
    expect(world.undone).toEqual([
      ['r-1', NOW + 60],
      ['r-1', NOW + 60],
    ]);
    expect(await world.decisions()).toHaveLength(2);
  });

  const undo = { change: samplePlan().change, reason: 'worse', beganAt: NOW, doneAt: NOW };
  it.each<[string, Remediation, RegExp]>([
    ['nothing was done', askedRun(), /nothing was done/],
    ['it was undone', doneRun({ execution: { ...doneRun().execution!, undo } }), /being undone, or was/],
    ['it runs', doneRun({ status: 'verifying' }), /verifying; wait/],
    ['its effect fades', doneRun({ plan: samplePlan({ reversibility: 'fades' }) }), /cannot be taken back/],
  ])('is a conflict if %s', async (_, run, message) => {
    const world = await askedWorld(run);
    const attempt = requestUndo(world.deps, wish(run));
    await expect(attempt).rejects.toThrow(ConflictError);
    await expect(attempt).rejects.toThrow(message);
    expect([world.undone, await world.decisions()]).toEqual([[], []]);
  });

  it('is a conflict for another plan, and no rejection once it is approved', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await expect(requestUndo(world.deps, wish(run, { planHash: '1'.repeat(64) }))).rejects.toThrow(
      ConflictError,
    );
    await requestUndo(world.deps, wish(run));
    await expect(answerQuestion(world.deps, answer(run, 'bob', 'rejected'))).rejects.toThrow(
      /approved already/,
    );
  });

  it('never counts the approval of anything but a person', async () => {
    const run = doneRun();
    const world = await askedWorld(run);
    await expect(requestUndo(world.deps, wish(run, { by: KEY, approves: true }))).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(world.undone).toEqual([]);
  });
});
