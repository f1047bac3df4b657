/** What people change between the gate's last word and the action, or between two attempts at it. */
import { describe, expect, it } from 'vitest';
import { planHash } from '../../../../core/remediation/plan.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import { person } from '../approval/asked-world.ts';
import { NOW, sampleSwitch } from '../stored-samples.ts';
import { policyOf } from './run-world.ts';
import { groupPlan, groupRun, storedWorld } from './stored-world.ts';

const hash = planHash(groupPlan());
const approved = {
  ...{ planHash: hash, askedAt: NOW, expiresAt: NOW + 1800, needed: 1 as const, rejection: null },
  ...{ approvals: [{ planHash: hash, by: person('ada'), at: NOW, reason: '' }], taskToken: 'token-1' },
};
const prepared = (over: Partial<Remediation> = {}): Remediation =>
  groupRun({
    approval: approved,
    execution: { before: { desired: 5 }, beganAt: null, doneAt: null, undo: null },
    ...over,
  });
const stopped = { item: sampleSwitch, revision: 1 };

describe('an action that was allowed', () => {
  const shop = policyOf('approve').environments.shop!;
  const always = { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, reason: 'sale' };
  it.each([
    ['a frozen time began', { freezeWindows: [{ ...always, from: '00:00', to: '00:00' }] }, 'freeze'],
    ['its resource was protected', { protectedResources: ['auto-scaling-group:web'] }, 'protected-resource'],
    ['the stage was lowered', { stage: 'suggest' as const }, 'autonomy'],
    ['the bounds were lowered', { maxUsdPerHour: 0 }, 'cost'],
  ])('is not begun once %s', async (_, over, rule) => {
    const world = storedWorld(prepared());
    const item = { ...policyOf('approve'), environments: { shop: { ...shop, ...over } } };
    world.own.policy = { item: item as never, revision: 3 };
    expect(await world.step('act')).toMatchObject({ next: 'end', status: 'refused' });
    expect(world.stored()?.refusals.map((each) => each.rule)).toEqual([rule]);
    expect([world.changes, world.decided()]).toEqual([[], ['action-refused']]);
  });

  it('is not begun without the approval that it needs', async () => {
    const world = storedWorld(prepared({ approval: { ...approved, approvals: [] } }));
    expect(await world.step('act')).toMatchObject({ next: 'end', status: 'refused' });
    expect(world.changes).toEqual([]);
  });

  it('is begun while nothing changed', async () => {
    const world = storedWorld(prepared());
    expect(await world.step('act')).toMatchObject({ next: 'check', status: 'acting' });
    expect(world.changes).toHaveLength(1);
  });
});

describe('an action whose first attempt may have failed', () => {
  const begun = prepared({ execution: { before: {}, beganAt: NOW, doneAt: null, undo: null } });

  it('is attempted again', async () => {
    const world = storedWorld(begun);
    await world.step('act');
    expect(world.changes).toHaveLength(1);
  });

  it('is not attempted again once the kill switch is on: people look at it', async () => {
    const world = storedWorld(begun);
    world.own.killSwitch = stopped;
    expect(await world.step('act')).toMatchObject({ next: 'check', status: 'acting' });
    expect(world.changes).toEqual([]);
    world.clock.seconds = NOW + 3600;
    expect(await world.step('check')).toMatchObject({ next: 'undo' });
    expect(await world.step('undo')).toMatchObject({ next: 'close', status: 'undoing' });
    const closing = { tenantId: 'acme', remediationId: 'r-1', cause: begun.cause, isDryRun: false };
    const end = { ...closing, startedAt: '2026-11-21T10:05:00.000Z', workflowVersion: '1' };
    expect(await world.close(end)).toMatchObject({ status: 'escalated' });
    expect(world.changes).toEqual([]);
  });

  it('is not attempted again once its plan has expired', async () => {
    const world = storedWorld(begun);
    world.clock.seconds = NOW + 1800;
    expect(await world.step('act')).toMatchObject({ next: 'check' });
    expect(world.changes).toEqual([]);
  });
});

describe('an undoing whose first attempt may have failed', () => {
  const { from, to } = groupPlan().change;
  const change = { from: to, to: from, summary: '6 → 5', touches: 1 };
  const undo = { change, reason: 'worse', beganAt: NOW, doneAt: null };
  const undoing = groupRun({
    ...{ status: 'undoing', execution: { before: {}, beganAt: NOW - 600, doneAt: NOW - 500, undo } },
  });

  it.each([
    ['is attempted again', undefined, 1],
    ['is not attempted again once the kill switch is on', stopped, 0],
  ])('%s', async (_, killSwitch, times) => {
    const world = storedWorld(undoing);
    world.group.state = { desired: 6, min: 1, max: 10, inService: 6 };
    if (killSwitch !== undefined) world.own.killSwitch = killSwitch;
    expect(await world.step('undo')).toMatchObject({ next: 'check-undo', status: 'undoing' });
    expect(world.changes).toHaveLength(times);
  });
});
