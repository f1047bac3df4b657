import { describe, expect, it } from 'vitest';
import { answerQuestion } from '../../../../core/remediation/approval/decide.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import { ConflictError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { NOW } from '../stored-samples.ts';
import { askedRun, askedWorld, person, TENANT } from './asked-world.ts';

const given = (run: Remediation, name = 'ada', more: object = {}) => ({
  ...{ tenantId: TENANT, remediationId: run.remediationId, planHash: run.planHash ?? '' },
  ...{ answer: 'approved' as const, question: 'plan' as const, reason: 'looks right', by: person(name) },
  ...more,
});
const request = (requestedBy: string): Remediation['cause'] => ({
  kind: 'request',
  ...{ requestId: 'q1', action: 'scale-out-group', resource: 'auto-scaling-group:web' },
  ...{ reason: 'load test', requestedBy },
});

describe('an approval', () => {
  it('is recorded with its decision, and continues the workflow', async () => {
    const run = askedRun();
    const world = await askedWorld(run);
    const answered = await answerQuestion(world.deps, given(run));
    expect(answered).toMatchObject({ isRepeated: false });
    expect((await world.now())?.approval?.approvals).toEqual([
      { planHash: run.planHash, by: person('ada'), at: NOW + 60, reason: 'looks right' },
    ]);
    expect(await world.decisions()).toMatchObject([
      {
        ...{ kind: 'approved', by: person('ada'), planHash: run.planHash, policyVersion: 1 },
        ...{ outcome: { reason: 'looks right' }, inputsHash: null, at: NOW + 60 },
      },
    ]);
    expect(world.answers).toEqual([['secret-token', 'approved']]);
  });

  it('reaches the workflow with a repeat if the first attempt ended before it was told', async () => {
    const run = askedRun();
    const world = await askedWorld(run);
    world.fails.next = true;
    await expect(answerQuestion(world.deps, given(run))).rejects.toThrow('down');
    expect(world.answers).toEqual([]);
    expect(await answerQuestion(world.deps, given(run))).toMatchObject({ isRepeated: true });
    expect(world.answers).toEqual([['secret-token', 'approved']]);
    expect(await world.decisions()).toHaveLength(1);
  });

  it('of high risk needs two different people', async () => {
    const run = askedRun({}, { needed: 2 });
    const world = await askedWorld(run);
    await answerQuestion(world.deps, given(run));
    expect(await answerQuestion(world.deps, given(run))).toMatchObject({ isRepeated: true });
    expect(world.answers).toEqual([]);
    await answerQuestion(world.deps, given(run, 'bob'));
    expect(world.answers).toEqual([['secret-token', 'approved']]);
    expect((await world.now())?.approval?.approvals.map(({ by }) => by.name)).toEqual(['ada', 'bob']);
  });

  it.each([
    ['another plan', {}, { planHash: '0'.repeat(64) }, /has the hash/],
    ['a question that was answered by somebody else', { approvals: ['bob'] }, {}, /bob approved it/],
    ['a rejected plan', { rejection: 'bob' }, {}, /bob rejected it/],
  ])('of %s is a conflict, and stores nothing', async (_, asked, more, message) => {
    const run = askedRun();
    const own = (name: string) => ({ planHash: run.planHash ?? '', by: person(name), at: NOW, reason: '' });
    const { approvals = [], rejection } = asked as { approvals?: string[]; rejection?: string };
    const approval = {
      ...run.approval!,
      ...{ approvals: approvals.map(own), rejection: rejection === undefined ? null : own(rejection) },
    };
    const world = await askedWorld({ ...run, approval });
    const attempt = answerQuestion(world.deps, given(run, 'ada', more));
    await expect(attempt).rejects.toThrow(ConflictError);
    await expect(attempt).rejects.toThrow(message);
    expect([await world.decisions(), world.answers]).toEqual([[], []]);
  });

  it('is a conflict from the second at which the question expires: no answer means no', async () => {
    const run = askedRun();
    const world = await askedWorld(run);
    world.clock.seconds = NOW + 1800;
    await expect(answerQuestion(world.deps, given(run))).rejects.toThrow(/expired.*no answer means no/);
    world.clock.seconds = NOW + 1799;
    expect(await answerQuestion(world.deps, given(run))).toMatchObject({ isRepeated: false });
  });

  it.each(['expired', 'acting', 'succeeded', 'choosing'] as const)(
    'of a remediation that is %s is a conflict',
    async (status) => {
      const run = askedRun({ status });
      const world = await askedWorld(run);
      await expect(answerQuestion(world.deps, given(run))).rejects.toThrow(ConflictError);
      expect(await world.decisions()).toEqual([]);
    },
  );

  it('is a conflict before anybody was asked', async () => {
    const run = askedRun({ approval: null });
    const world = await askedWorld(run);
    await expect(answerQuestion(world.deps, given(run))).rejects.toThrow(
      /r-1 is about to ask: try again in some seconds/,
    );
  });

  it('is forbidden for keys and tokens, whatever they are called', async () => {
    const run = askedRun();
    const world = await askedWorld(run);
    for (const kind of ['key', 'token', 'unknown'] as const)
      await expect(
        answerQuestion(world.deps, given(run, 'ada', { by: { kind, name: 'ada' } })),
      ).rejects.toMatchObject({ code: 'forbidden' });
    expect([await world.decisions(), world.answers]).toEqual([[], []]);
  });

  it('is forbidden for the one who asked for the action, who may still reject it', async () => {
    const run = askedRun({ cause: request('ada') });
    const world = await askedWorld(run);
    await expect(answerQuestion(world.deps, given(run))).rejects.toMatchObject({ code: 'forbidden' });
    await answerQuestion(world.deps, given(run, 'ada', { answer: 'rejected' }));
    expect(await world.now()).toMatchObject({ status: 'rejected', endedAt: NOW + 60 });
  });

  it('survives other writers, and gives up after five', async () => {
    const run = askedRun();
    const world = await askedWorld(run);
    let races = 4;
    const commit: typeof world.store.commit = (write) =>
      races-- > 0 ? Promise.resolve(undefined) : world.store.commit(write);
    const deps = { ...world.deps, store: { ...world.store, commit } };
    expect(await answerQuestion(deps, given(run))).toMatchObject({ isRepeated: false });
    races = 100;
    await expect(answerQuestion(deps, given(run, 'bob', { answer: 'approved' }))).rejects.toThrow();
    const other = await askedWorld(run);
    const never = { ...other.deps, store: { ...other.store, commit: async () => undefined } };
    await expect(answerQuestion(never, given(run))).rejects.toThrow(DependencyUnavailableError);
  });

  it('of an unknown remediation finds nothing', async () => {
    const world = await askedWorld(askedRun());
    expect(await answerQuestion(world.deps, { ...given(askedRun()), remediationId: 'r-9' })).toBe(
      'not-found',
    );
    expect(await answerQuestion(world.deps, { ...given(askedRun()), tenantId: 'other' })).toBe('not-found');
  });
});

describe('a rejection', () => {
  it('ends the remediation with its reason, and tells the workflow', async () => {
    const run = askedRun({}, { needed: 2 });
    const world = await askedWorld(run);
    await answerQuestion(world.deps, given(run, 'ada', { answer: 'rejected', reason: 'not now' }));
    expect(await world.now()).toMatchObject({
      ...{ status: 'rejected', endedAt: NOW + 60, explanation: 'ada rejected it: not now' },
      approval: { rejection: { by: person('ada'), reason: 'not now' } },
    });
    expect(world.answers).toEqual([['secret-token', 'rejected']]);
    expect(await world.decisions()).toMatchObject([{ kind: 'rejected', by: person('ada') }]);
  });

  it('is repeated without a second effect', async () => {
    const run = askedRun();
    const world = await askedWorld(run);
    const no = given(run, 'ada', { answer: 'rejected' });
    await answerQuestion(world.deps, no);
    expect(await answerQuestion(world.deps, no)).toMatchObject({ isRepeated: true });
    expect(await world.decisions()).toHaveLength(1);
    await expect(answerQuestion(world.deps, given(run, 'bob'))).rejects.toThrow(/ada rejected it/);
  });
});
