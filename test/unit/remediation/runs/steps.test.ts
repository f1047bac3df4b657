import { describe, expect, it } from 'vitest';
import { planHash } from '../../../../core/remediation/plan.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import { prepareStep } from '../../../../core/remediation/runs/prepare.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { person } from '../approval/asked-world.ts';
import { NOW, sampleSwitch } from '../stored-samples.ts';
import { groupPlan, groupRun, saying, storedWorld } from './stored-world.ts';

const KEY = { tenantId: 'acme', remediationId: 'r-1' };
const asking = (over: object = {}): Partial<Remediation> => ({
  ...{ status: 'awaiting-approval', execution: null },
  approval: {
    ...{ planHash: planHash(groupPlan()), askedAt: NOW, expiresAt: NOW + 1800, needed: 1 as const },
    ...{ approvals: [], rejection: null, taskToken: 'token-1', ...over },
  },
});

/** A person approved it, and the gate let it act. */
const prepared: Partial<Remediation> = {
  ...asking({ approvals: [{ planHash: planHash(groupPlan()), by: person('ada'), at: NOW, reason: '' }] }),
  status: 'acting',
  execution: { before: { desired: 5 }, beganAt: null, doneAt: null, undo: null },
};

describe('an action that was prepared', () => {
  it('is begun before anything is changed, and once', async () => {
    const world = storedWorld(groupRun(prepared));
    expect(await world.step('act')).toMatchObject({ next: 'check', status: 'acting' });
    expect([world.decided(), world.changes.length]).toEqual([['action-begun'], 1]);
    world.group.state = { desired: 6, min: 1, max: 10, inService: 5 };
    expect(await world.step('act')).toMatchObject({ next: 'check' });
    expect([world.decided(), world.changes.length]).toEqual([['action-begun'], 1]);
  });

  it('is told to the forecasts, with all targets that it touches, and once', async () => {
    const world = storedWorld(groupRun(prepared));
    world.own.policy.item?.resources[0]?.targets.push('web-2');
    await world.step('act');
    await world.step('act');
    expect(world.interventions()).toEqual([
      { tenantId: 'acme', id: 'r-1', targetIds: ['web-1', 'web-2'], at: NOW + 60 },
    ]);
  });

  it('goes on although the forecasts cannot be told', async () => {
    const put = () => Promise.reject(new DependencyUnavailableError('throttled'));
    const world = storedWorld(groupRun(prepared), { interventions: { put } });
    expect(await world.step('act')).toMatchObject({ next: 'check', status: 'acting' });
    expect([world.changes.length, world.counts.InterventionNotStored]).toEqual([1, 1]);
    expect(JSON.stringify(world.lines)).toMatch(/the forecasts do not learn of an action.*acme.*r-1/);
  });

  const refused = async (disturb: (world: ReturnType<typeof storedWorld>) => void, plan = groupPlan()) => {
    const world = storedWorld(groupRun(prepared, plan));
    disturb(world);
    const outcome = await world.step('act');
    expect(outcome).toMatchObject({ next: 'end', status: 'refused' });
    expect([world.changes, world.interventions()]).toEqual([[], []]);
    expect(world.stored()).toMatchObject({ status: 'refused', execution: null });
    expect(world.own.ledgers.get('shop')?.item.entries).toMatchObject([{ result: 'unproven' }]);
    expect(world.published).toMatchObject([{ name: 'RemediationBlocked' }]);
    return world.stored()!.refusals;
  };

  it('is not begun once the kill switch is on', async () => {
    const refusals = await refused(({ own }) => {
      own.killSwitch = { item: sampleSwitch, revision: 1 };
    });
    expect(refusals).toMatchObject([{ rule: 'kill-switch', remedy: 'turn the kill switch off' }]);
  });

  it('is not begun once its plan has expired', async () => {
    const refusals = await refused(({ clock }) => {
      clock.seconds = NOW + 1800;
    });
    expect(refusals.map(({ rule }) => rule)).toContain('expiry');
  });

  it('is not begun on a resource that changed', async () => {
    const refusals = await refused(({ group }) => {
      group.state.desired = 7;
    });
    expect(refusals[0]).toMatchObject({ rule: 'unchanged-resource' });
  });

  it('is not begun on a resource that is not of the tenant any more', async () => {
    const refusals = await refused(({ group }) => {
      group.isOurs = false;
    });
    expect(refusals).toMatchObject([
      { rule: 'managed-resource', reason: 'the tags of the group name another tenant' },
    ]);
  });

  it.each([
    ['no reservation', prepared, false],
    ['no earlier state', { execution: null }, true],
  ] as const)('is blocked with %s', async (_, run, isReserved) => {
    const world = storedWorld(groupRun(run), { isReserved });
    await expect(world.step('act')).rejects.toMatchObject({ name: 'RemediationBlockedError' });
    expect(world.changes).toEqual([]);
  });

  it.each([
    [
      'another version of the action',
      { id: 'scale-out-group', version: 99 },
      'has version 1 of action scale-out-group',
    ],
    ['an action that is gone', { id: 'no-such-action', version: 1 }, 'has no action no-such-action'],
  ])('is not begun for %s', async (_, action, text) => {
    const world = storedWorld(groupRun(prepared, groupPlan({ action })));
    await expect(world.step('act')).rejects.toThrow(`the catalogue ${text}; the plan is for version`);
  });
});

describe('a step that comes too late', () => {
  it.each(['prepare', 'act', 'check', 'undo', 'check-undo'])('"%s" changes nothing', async (step) => {
    const run = groupRun({ status: 'refused', endedAt: NOW, execution: null });
    const world = storedWorld(run);
    expect(await world.step(step)).toMatchObject({ next: 'end', status: 'refused' });
    expect([world.changes, world.decided(), world.stored()]).toEqual([[], [], run]);
  });

  it.each(['prepare', 'act', 'check', 'undo', 'check-undo'])('"%s" needs a remediation', async (step) => {
    await expect(storedWorld(undefined).step(step)).rejects.toThrow('remediation r-1 does not exist');
  });

  it('gives up if others keep writing', async () => {
    const world = storedWorld(groupRun({ status: 'choosing', execution: null }), { isReserved: false });
    const commit = async () => undefined;
    const deps = { ...world.base, store: { ...world.store, commit } };
    await expect(prepareStep(deps, KEY)).rejects.toMatchObject({
      ...{ name: 'ConflictError', message: expect.stringContaining('others kept writing') },
    });
  });
});

describe('the preparation', () => {
  const { judge } = saying({ mode: 'act' });
  it('refuses a rehearsal, whatever the gate says', async () => {
    const world = storedWorld(groupRun({ status: 'choosing', execution: null, isDryRun: true }), {
      ...{ isReserved: false, rules: { judge } },
    });
    expect(await world.step('prepare')).toMatchObject({ next: 'end', status: 'refused' });
    expect(world.stored()?.refusals).toMatchObject([
      { rule: 'rehearsal', remedy: 'request it without dry run' },
    ]);
  });

  it('refuses a resource that is not managed, without asking the gate', async () => {
    const world = storedWorld(groupRun({ status: 'choosing', execution: null }), { rules: { judge } });
    world.group.isOurs = false;
    expect(await world.step('prepare')).toMatchObject({ next: 'end', status: 'refused' });
    expect(world.stored()?.refusals).toMatchObject([{ rule: 'managed-resource' }]);
  });

  it('waits for what may pass: the question is over, and another plan is made', async () => {
    const refusals = [{ rule: 'concurrent-runs', reason: 'two are running', remedy: 'wait' }];
    const asked = { status: 'awaiting-approval' as const, execution: null };
    const world = storedWorld(groupRun(asked), {
      ...{ isReserved: false, rules: saying({ mode: 'refused', refusals }) },
    });
    const outcome = await world.step('prepare');
    expect(outcome).toMatchObject({ next: 'choose', status: 'waiting' });
    expect(Date.parse(outcome.dueAt)).toBe((NOW + 60 + 900) * 1000);
    expect(world.stored()).toMatchObject({ status: 'waiting', approval: null, endedAt: null, refusals });
    expect(world.stored()?.explanation).toBe(
      'Refused at the moment of acting: two are running. That may change: it is judged again every 15 minutes.',
    );
    expect([world.decided(), world.published]).toEqual([['action-refused'], []]);
    expect(await world.step('prepare')).toMatchObject({ next: 'choose' });
    expect(world.decided()).toEqual(['action-refused']);
  });

  it('refuses without a plan', async () => {
    const world = storedWorld(groupRun({ status: 'choosing', execution: null, plan: null, planHash: null }));
    await expect(world.step('prepare')).rejects.toThrow('remediation r-1 has no plan');
  });

  it('says that the gate refused, if the gate gives no reason', async () => {
    const world = storedWorld(groupRun({ status: 'choosing', execution: null }), {
      rules: saying({ mode: 'refused' }),
    });
    await world.step('prepare');
    expect(world.stored()?.explanation).toBe('the gate refused');
  });
});

describe('a question to people', () => {
  const ask = (world: ReturnType<typeof storedWorld>, taskToken = 'token-1') =>
    world.ask({ ...KEY, step: 'ask', taskToken });
  const settle = (world: ReturnType<typeof storedWorld>) => world.ask({ ...KEY, step: 'settle' });
  const unasked: Partial<Remediation> = { status: 'awaiting-approval', execution: null };

  it('is not asked if the gate refuses by now: the workflow goes on at once', async () => {
    const refusals = [{ rule: 'freeze', reason: 'frozen', remedy: 'wait' }];
    for (const mode of ['refused', 'suggest'] as const) {
      const world = storedWorld(groupRun(unasked), { rules: saying({ mode, refusals }) });
      await ask(world);
      expect(world.answered).toEqual([['token-1', 'rejected']]);
      expect(world.stored()).toMatchObject({ status: 'refused', explanation: 'frozen' });
      expect(world.published).toMatchObject([{ name: 'RemediationBlocked' }]);
      expect(world.counts).toEqual({ ApprovalRequested: 0 });
    }
  });

  it.each([
    [2, 'waits until two people approve the plan'],
    [1, 'waits until a person approves the plan'],
  ] as const)('for %d people says so', async (needed, explanation) => {
    const world = storedWorld(groupRun(unasked), { rules: saying({ mode: 'ask', needed }) });
    await ask(world);
    expect(world.stored()).toMatchObject({ explanation, approval: { needed } });
    expect(world.answered).toEqual([]);
  });

  it.each([
    [
      'was approved',
      asking({ approvals: [{ planHash: planHash(groupPlan()), by: person('ada'), at: NOW, reason: '' }] }),
    ],
    [
      'was rejected',
      asking({ rejection: { planHash: planHash(groupPlan()), by: person('ada'), at: NOW, reason: '' } }),
    ],
    ['is over', { status: 'expired' as const, execution: null, endedAt: NOW }],
  ])('that %s is not asked again', async (_, run) => {
    const world = storedWorld(groupRun(run));
    await ask(world, 'token-2');
    expect(world.answered).toEqual([['token-2', 'rejected']]);
    expect(world.decided()).toEqual([]);
  });

  it('that is repeated keeps its time, and the token of the newest attempt', async () => {
    const world = storedWorld(groupRun(asking()));
    await ask(world, 'token-1');
    expect(world.own.remediations.get('r-1')?.revision).toBe(1);
    await ask(world, 'token-2');
    expect(world.stored()?.approval).toMatchObject({ taskToken: 'token-2', expiresAt: NOW + 1800 });
    expect(world.decided()).toEqual([]);
  });

  it('keeps the token of the latest attempt if the call of an earlier one is slower', async () => {
    const attempt = (minute: number, retry: number) => `2026-11-30T20:0${minute}:00.000Z ${retry}`;
    const world = storedWorld(groupRun(asking({ taskToken: 'second', attempt: attempt(1, 1) })));
    for (const [taskToken, earlier] of [
      ['first', attempt(1, 0)],
      ['of the state before', attempt(0, 3)],
      ['of an older definition', undefined],
    ] as const) {
      await world.ask({ ...KEY, step: 'ask', taskToken, ...(earlier && { attempt: earlier }) });
      expect(world.stored()?.approval).toMatchObject({ taskToken: 'second', attempt: attempt(1, 1) });
    }
    await world.ask({ ...KEY, step: 'ask', taskToken: 'third', attempt: attempt(2, 0) });
    expect(world.stored()?.approval).toMatchObject({ taskToken: 'third', attempt: attempt(2, 0) });
  });

  it('is not approved by an approval of another plan, or twice by one person', async () => {
    const by = (hash: string, name: string) => ({ planHash: hash, by: person(name), at: NOW, reason: '' });
    const other = storedWorld(groupRun(asking({ approvals: [by('f'.repeat(64), 'ada')] })));
    expect(await settle(other)).toMatchObject({ next: 'ask' });
    const hash = planHash(groupPlan());
    const twice = storedWorld(groupRun(asking({ needed: 2, approvals: [by(hash, 'ada'), by(hash, 'ada')] })));
    expect(await settle(twice)).toMatchObject({ next: 'ask' });
    const two = storedWorld(groupRun(asking({ needed: 2, approvals: [by(hash, 'ada'), by(hash, 'bob')] })));
    expect(await settle(two)).toMatchObject({ next: 'prepare' });
  });

  it('that nobody was asked yet is asked until the plan expires, which means no', async () => {
    const world = storedWorld(groupRun(unasked));
    expect(await settle(world)).toMatchObject({ next: 'ask', answerSeconds: 1740 });
    world.clock.seconds = NOW + 1800;
    expect(await settle(world)).toMatchObject({ next: 'end', status: 'expired' });
    expect(world.decided()).toEqual(['approval-expired']);
  });

  it('is asked for a second at least, also under a policy that has no such environment', async () => {
    const world = storedWorld(groupRun({ ...unasked }));
    world.own.policy = { item: undefined, revision: 3 };
    expect(await settle(world)).toMatchObject({ next: 'ask', answerSeconds: 1 });
  });

  it('that was settled is not settled again', async () => {
    const world = storedWorld(groupRun({ status: 'rejected', endedAt: NOW, execution: null }));
    expect(await settle(world)).toMatchObject({ next: 'end', status: 'rejected' });
    expect(world.published).toMatchObject([{ name: 'RemediationBlocked' }]);
  });
});

describe('a look at the resource', () => {
  it('is repeated with the same outcome', async () => {
    const world = storedWorld(groupRun());
    world.group.state = { desired: 6, min: 1, max: 10, inService: 6 };
    const first = await world.step('check');
    expect(first).toMatchObject({ next: 'verify', status: 'verifying' });
    world.clock.seconds += 300;
    expect(await world.step('check')).toEqual(first);
    expect(world.decided()).toEqual(['action-done']);
    expect(new Set(world.published.map(({ detail }) => detail.id)).size).toBe(1);
  });

  it('goes on with an action that was not begun', async () => {
    expect(await storedWorld(groupRun(prepared)).step('check')).toMatchObject({ next: 'act' });
    expect(await storedWorld(groupRun({ execution: null })).step('check')).toMatchObject({ next: 'act' });
    expect(await storedWorld(groupRun({ status: 'verifying', execution: null })).step('check')).toMatchObject(
      {
        next: 'verify',
      },
    );
    expect(await storedWorld(groupRun({ status: 'choosing', execution: null })).step('check')).toMatchObject({
      next: 'prepare',
    });
  });
});

describe('the undoing', () => {
  const TO = groupPlan().change.to;
  const undo = {
    change: { from: TO, to: groupPlan().change.from, summary: '6 → 5', touches: 1 },
    reason: 'worse',
  };
  const undoing = (doneAt: number | null = null, beganAt = NOW): Partial<Remediation> => ({
    status: 'undoing',
    execution: { before: {}, beganAt: NOW - 600, doneAt: NOW - 500, undo: { ...undo, beganAt, doneAt } },
  });

  it('of a resource that is not managed any more is left to people', async () => {
    const world = storedWorld(groupRun({ status: 'undoing' }));
    world.group.isOurs = false;
    expect(await world.step('undo')).toMatchObject({ next: 'close', status: 'undoing' });
    expect(world.stored()).toMatchObject({
      ...{ status: 'undoing', refusals: [{ rule: 'managed-resource' }] },
      explanation: 'not undone: the tags of the group name another tenant',
    });
    expect([world.changes, world.decided()]).toEqual([[], ['undo-failed']]);
  });

  it('that does not reach the earlier state in time is left to people', async () => {
    const world = storedWorld(groupRun(undoing()));
    world.group.state = { desired: 6, min: 1, max: 10, inService: 6 };
    expect(await world.step('check-undo')).toMatchObject({ next: 'check-undo' });
    world.clock.seconds = NOW + 600;
    expect(await world.step('check-undo')).toMatchObject({ next: 'close', status: 'undoing' });
    expect(world.stored()?.explanation).toBe('not undone: the earlier state was not reached in time');
    expect(world.decided()).toEqual(['undo-failed']);
  });

  it('that is done is closed, and not done again', async () => {
    const world = storedWorld(groupRun(undoing(NOW + 30)));
    expect(await world.step('check-undo')).toMatchObject({ next: 'close' });
    expect(await world.step('undo')).toMatchObject({ next: 'check-undo' });
    expect([world.changes, world.decided()]).toEqual([[], []]);
  });

  it('is not looked at before it began', async () => {
    expect(
      await storedWorld(groupRun({ status: 'undoing', execution: null })).step('check-undo'),
    ).toMatchObject({
      next: 'close',
    });
  });
});
