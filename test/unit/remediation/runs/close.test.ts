import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../core/remediation/cause.ts';
import type { Execution, Remediation, Verdict } from '../../../../core/remediation/remediation.ts';
import { learn } from '../../../../core/remediation/runs/close.ts';
import type { Outcome } from '../../../../core/remediation/track-record.ts';
import { watched } from '../../../fakes/metrics.ts';
import { NOW, sampleTrack } from '../stored-samples.ts';
import { groupPlan, groupRun, type StoredOptions, storedWorld } from './stored-world.ts';

const CAUSE: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW - 600 };
const INPUT = {
  ...{ tenantId: 'acme', remediationId: 'r-1', cause: CAUSE, isDryRun: false },
  ...{ startedAt: '2026-11-21T10:05:00.000Z', workflowVersion: '7' },
};
const done: Execution = { before: {}, beganAt: NOW, doneAt: NOW + 30, undo: null };
const verified = (verdict: Verdict): Partial<Remediation> => ({
  ...{ status: 'verifying', execution: done, explanation: `the result is ${verdict}` },
  verification: { verdict, probabilityAvoided: null, points: 4, newestAt: NOW, evidence: [], at: NOW + 40 },
});

const close = async (run: Partial<Remediation>, event: object = INPUT, options: StoredOptions = {}) => {
  const world = storedWorld(groupRun(run), options);
  const outcome = await world.close(event);
  const [entry] = world.own.ledgers.get('shop')?.item.entries ?? [];
  const [lesson] = world.own.track.item.outcomes;
  return { ...world, outcome, entry, lesson };
};

describe('the end of a remediation', () => {
  it.each([
    ['avoided', 'succeeded', 'succeeded', 'succeeded'],
    ['no-effect', 'unproven', 'ineffective', 'failed'],
    ['unproven', 'unproven', 'unproven', 'unproven'],
    ['worse', 'escalated', 'failed', 'failed'],
  ] as const)(
    'whose result is %s is %s, and counts as %s and %s',
    async (verdict, status, result, learnt) => {
      const { outcome, entry, lesson } = await close(verified(verdict));
      expect(outcome).toMatchObject({ next: 'end', status });
      expect([entry?.result, lesson?.result]).toEqual([result, learnt]);
    },
  );

  it('without a verification calls people: success is never assumed', async () => {
    const { stored, published, counts } = await close({ status: 'verifying', execution: done });
    expect(stored()).toMatchObject({
      ...{ status: 'escalated' },
      explanation: 'a person has to look at auto-scaling-group:web: the result was not verified',
    });
    expect(published).toMatchObject([{ name: 'RemediationEscalated' }]);
    expect(counts).toEqual({ RemediationClosed: 1, RemediationEscalated: 1 });
  });

  const error = { ...INPUT, error: { Error: 'States.Timeout', Cause: 'long' } };
  it.each([
    ['verifying', { status: 'verifying' as const, execution: done }],
    ['undoing', { status: 'undoing' as const, execution: done }],
    ['acting', { status: 'acting' as const, execution: done }],
  ])('while %s, after an error, calls people and names the error', async (_, run) => {
    const { stored, decided, entry } = await close(run, error);
    expect(stored()).toMatchObject({
      ...{ status: 'escalated' },
      explanation: 'a person has to look at auto-scaling-group:web: the workflow failed with States.Timeout',
    });
    expect([decided(), entry?.result]).toEqual([['escalated'], 'failed']);
  });

  it('after an action that may have begun calls people, even if nothing failed', async () => {
    const { stored } = await close({ execution: { ...done, doneAt: null } });
    expect(stored()).toMatchObject({
      status: 'escalated',
      explanation: expect.stringContaining('ended too early'),
    });
  });

  it('names no resource without a plan', async () => {
    const { stored } = await close({ execution: done, plan: null, planHash: null });
    expect(stored()?.explanation).toContain('a person has to look at the resource');
  });

  it('before the action began changes nothing, and frees what was reserved', async () => {
    const { stored, entry, lesson } = await close(
      { execution: { ...done, beganAt: null, doneAt: null } },
      error,
    );
    expect(stored()).toMatchObject({
      ...{ status: 'failed', explanation: 'nothing was changed: the workflow failed with States.Timeout' },
    });
    expect([entry?.result, lesson]).toEqual(['unproven', undefined]);
  });

  it.each(['waiting', 'choosing'] as const)(
    'while it is %s, before anything was reserved, leaves the ledger as it is',
    async (status) => {
      const { stored, entry } = await close({ status, execution: null }, error);
      expect(stored()).toMatchObject({ status: 'failed', undoRequest: null, endedAt: NOW + 60 });
      expect(entry?.result).toBe('running');
    },
  );

  it('is announced again, and nothing else, if it is repeated', async () => {
    const { close: again, decided, published, stored } = await close({ status: 'undoing', execution: done });
    const before = stored();
    expect(await again(INPUT)).toMatchObject({ status: 'escalated' });
    expect([decided(), stored()]).toEqual([['escalated'], before]);
    expect(new Set(published.map(({ detail }) => detail.id)).size).toBe(1);
  });
});

describe('a remediation of which nothing was stored', () => {
  it('ends as failed, with its error and its version', async () => {
    const world = storedWorld(undefined);
    await world.close({ ...INPUT, error: { Error: 'Lambda.Unknown' } });
    expect(world.stored()).toMatchObject({
      ...{ status: 'failed', plan: null, workflowVersion: '7', cause: CAUSE },
      explanation: 'nothing was chosen: the workflow failed with Lambda.Unknown',
    });
    expect(world.decided()).toEqual(['closed']);
  });

  it('ends as failed also without an error', async () => {
    const world = storedWorld(undefined);
    await world.close(INPUT);
    expect(world.stored()?.explanation).toContain('an early end');
  });

  it('cannot be one that is undone', async () => {
    const { close: end } = storedWorld(undefined);
    await expect(end({ ...INPUT, cause: null })).rejects.toThrow('remediation r-1 does not exist');
  });
});

describe('a repeated end of a remediation that people have undone meanwhile', () => {
  const requested: Partial<Remediation> = { status: 'undoing', undoRequest: { needed: 1, approvals: [] } };

  it.each([
    ['unproven', 'unproven'],
    ['avoided', 'succeeded'],
    ['worse', 'escalated'],
  ] as const)(
    'leaves the undoing alone, and says again how a result that is %s ended',
    async (verdict, status) => {
      const world = await close({ ...verified(verdict), ...requested });
      expect(world.outcome).toMatchObject({ next: 'end', status });
      expect(world.stored()).toMatchObject(requested);
      expect([world.decided(), world.published, world.lesson]).toEqual([[], [], undefined]);
      expect(world.entry?.result).toBe('running');
    },
  );

  it('does not keep the undoing itself from ending', async () => {
    const { stored } = await close({ ...verified('unproven'), ...requested }, { ...INPUT, cause: null });
    expect(stored()).toMatchObject({ status: 'escalated', undoRequest: null });
  });
});

describe('an execution that was stopped', () => {
  const stopped = (input: unknown, status = 'TIMED_OUT') => ({
    detail: { status, startDate: NOW * 1000 + 7, input: JSON.stringify(input) },
  });
  const { startedAt: _, workflowVersion: __, ...input } = INPUT;

  it('ends its remediation, and calls people if the action began', async () => {
    const { stored } = await close({ execution: done }, stopped({ ...input, purpose: 'remediate' }));
    expect(stored()).toMatchObject({
      status: 'escalated',
      explanation: expect.stringContaining('TIMED_OUT'),
    });
  });

  it('before anything was stored is recorded with its start', async () => {
    const world = storedWorld(undefined);
    await world.close(stopped(input, 'ABORTED'));
    expect(world.stored()).toMatchObject({ status: 'failed', startedAt: NOW, workflowVersion: 'unknown' });
  });

  it.each([
    ['an input that is not JSON', { detail: { status: 'FAILED', startDate: NOW, input: 'x' } }],
    ['an input of another workflow', stopped({ runId: 'f-1' })],
    ['another event', { detail: {} }],
  ])('is refused with %s', async (_name, event) => {
    await expect(storedWorld(undefined).close(event)).rejects.toMatchObject({ name: 'InvalidInputError' });
  });
});

describe('what a remediation teaches', () => {
  const ALERT: Cause = { kind: 'alert', source: 'webhook', name: 'x', receivedAt: NOW - 120 };
  it.each([
    ['a warning', CAUSE, 660],
    ['an alert', ALERT, 180],
    ['an alert by a clock that is ahead', { ...ALERT, receivedAt: NOW + 500 }, 60],
    ['an incident', { kind: 'incident', incidentId: 'i-1', reopened: 0 }, 60],
  ] satisfies [string, Cause, number][])('counts from the beginning of %s', async (_, cause, seconds) => {
    const { lesson } = await close({ ...verified('avoided'), cause });
    expect(lesson).toEqual({
      ...{ remediationId: 'r-1', action: 'scale-out-group', profile: 'web', alertType: 'cpu-high' },
      ...{ environment: 'shop', result: 'succeeded', at: NOW + 60, seconds },
    });
  });

  it('is of the generic profile if the target is gone', async () => {
    const { lesson } = await close(verified('avoided'), INPUT, { target: undefined });
    expect(lesson?.profile).toBe('generic');
    const known = await close(verified('avoided'), INPUT, {
      target: watched('web-1', { profile: 'database' }),
    });
    expect(known.lesson?.profile).toBe('database');
  });

  it('stays what it was if the action is undone on request', async () => {
    const world = storedWorld(
      groupRun({
        status: 'undoing',
        undoRequest: { needed: 1, approvals: [] },
        execution: {
          ...done,
          undo: { change: groupPlan().change, reason: 'slow', beganAt: NOW + 40, doneAt: NOW + 50 },
        },
      }),
    );
    const outcomes = [{ ...sampleTrack.outcomes[0]!, remediationId: 'r-1' }];
    world.own.track = { item: { outcomes }, revision: 1 };
    expect(await world.close({ ...INPUT, cause: null })).toMatchObject({ status: 'undone' });
    expect(world.own.track.item.outcomes).toEqual(outcomes);
    expect(world.own.ledgers.get('shop')?.item.entries).toMatchObject([{ result: 'unproven' }]);
    expect(world.stored()).toMatchObject({ explanation: 'undone: slow', undoRequest: null });
  });

  const outcome = (remediationId: string, result: Outcome['result'] = 'succeeded'): Outcome => ({
    ...sampleTrack.outcomes[0]!,
    ...{ remediationId, result },
  });

  it('is kept once per remediation', () => {
    const { outcomes } = learn({ outcomes: [outcome('a'), outcome('b')] }, outcome('a', 'failed'));
    expect(outcomes).toEqual([outcome('b'), outcome('a', 'failed')]);
  });

  it('never loses what proves something to what proves nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 500, maxLength: 500 }),
        fc.boolean(),
        (proven, last) => {
          const result = (isProven: boolean) => (isProven ? 'failed' : 'unproven');
          const before = proven.map((each, n) => outcome(`r-${n}`, result(each)));
          const { outcomes } = learn({ outcomes: before }, outcome('new', result(last)));
          expect(outcomes).toHaveLength(500);
          const count = (list: readonly Outcome[]) => list.filter((each) => each.result === 'failed').length;
          expect(count(outcomes)).toBe(Math.min(500, count(before) + (last ? 1 : 0)));
        },
      ),
      { numRuns: 20 },
    );
  });
});
