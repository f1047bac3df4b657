import { describe, expect, it } from 'vitest';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { EnvironmentPolicy } from '../../../../core/remediation/policy.ts';
import { DAY_SECONDS, HOUR_SECONDS, WEEK_SECONDS } from '../../../../core/shared/time.ts';
import {
  type anEntry,
  aPolicy,
  aWorld,
  FIVE,
  inWorld,
  ledgerOf,
  NOW,
  RESOURCE,
  refusing,
  withPolicy,
} from './allowed-world.ts';

const touching = (touches: number, desired = 5 + touches): Partial<RemediationPlan> => ({
  parameters: { add: 20, max: desired, usdPerUnitHour: 0.01 },
  change: { from: FIVE, to: { ...FIVE, desired }, summary: 'more instances', touches },
  cost: { usdPerHour: 0.01 * touches, usdOnce: 0, basis: 'more instances' },
});
/** A policy with the parameters of such a plan. */
const toTouch = (touches: number, environment: Partial<EnvironmentPolicy>) =>
  aPolicy(environment, {
    actions: [
      {
        ...{ action: 'scale-out-group', approval: 'by-risk' },
        parameters: { add: 20, max: 5 + touches, usdPerUnitHour: 0.01 },
      },
    ],
  });

describe('limits', () => {
  it.each([
    [2, 100, 2, []],
    [2, 100, 3, ['units-per-run']],
    [5, 2, 3, ['units-per-run']],
    [5, 3, 3, []],
  ])('of %d units in the policy and %d in the stage: %d units', (maxUnitsPerRun, most, touches, rules) => {
    const ceiling = { ...aWorld().ceiling, maxUnitsPerRun: most };
    expect(refusing(touching(touches), { ceiling, policy: toTouch(touches, { maxUnitsPerRun }) })).toEqual(
      rules,
    );
  });

  it('of units in a window count this plan', () => {
    const units = (earlier: number) =>
      refusing(touching(2), {
        policy: toTouch(2, { maxUnitsPerWindow: 6 }),
        ...ledgerOf({ units: earlier }),
      });
    expect(units(4)).toEqual([]);
    expect(units(5)).toEqual(['units-per-window']);
  });

  it('of resources in a window count each once', () => {
    const resources = (...names: string[]) =>
      withPolicy(
        { maxResourcesPerWindow: 2, cooldownMinutes: 1 },
        ledgerOf(...names.map((name) => ({ resource: `auto-scaling-group:${name}` }))),
      );
    expect(resources('a')).toEqual([]);
    expect(resources('a', 'a', 'web')).toEqual([]);
    expect(resources('a', 'b')).toEqual(['resources-per-window']);
  });

  it('in a window are over after it and the difference of clocks', () => {
    const at = (seconds: number) =>
      withPolicy(
        { maxUnitsPerWindow: 1, maxResourcesPerWindow: 1, windowMinutes: 10 },
        ledgerOf({ at: seconds }),
      );
    expect(at(NOW - 659)).toEqual(['units-per-window', 'resources-per-window']);
    expect(at(NOW - 660)).toEqual([]);
    expect(at(NOW + 99_999)).toEqual(['units-per-window', 'resources-per-window']);
  });

  it.each([
    [2, 100, 1, []],
    [2, 100, 2, ['actions-per-hour']],
    [100, 1, 1, ['actions-per-hour']],
    [100, 2, 1, []],
  ])('of %d actions an hour in the policy and %d in the stage: %d before', (most, ceiling, count, rules) => {
    const entries = Array.from({ length: count }, () => ({ at: NOW - HOUR_SECONDS - 59 }));
    expect(
      withPolicy(
        { maxActionsPerHour: most },
        { ...ledgerOf(...entries), ceiling: { ...aWorld().ceiling, maxActionsPerHour: ceiling } },
      ),
    ).toEqual(rules);
  });

  it('of actions count those of an hour', () => {
    const at = (seconds: number) => withPolicy({ maxActionsPerHour: 1 }, ledgerOf({ at: seconds }));
    expect(at(NOW - HOUR_SECONDS - 59)).toEqual(['actions-per-hour']);
    expect(at(NOW - HOUR_SECONDS - 60)).toEqual([]);
  });

  it('of time leave a resource alone after any change of it', () => {
    const at = (seconds: number, over = {}) =>
      withPolicy({ cooldownMinutes: 30 }, ledgerOf({ at: seconds, resource: RESOURCE, ...over }));
    expect(at(NOW - 1859)).toEqual(['cooldown']);
    expect(at(NOW - 1860)).toEqual([]);
    expect(at(NOW - 1859, { kind: 'undo' })).toEqual(['cooldown']);
    expect(at(NOW - 1859, { resource: 'auto-scaling-group:a' })).toEqual([]);
  });

  it('of failures stop remediation of a resource', () => {
    const results = (...each: ('failed' | 'succeeded' | 'unproven' | 'ineffective')[]) =>
      withPolicy(
        { maxConsecutiveFailures: 2 },
        ledgerOf(...each.map((result, i) => ({ result, resource: RESOURCE, at: NOW - DAY_SECONDS + i }))),
      );
    expect(results('failed')).toEqual([]);
    expect(results('failed', 'failed')).toEqual(['consecutive-failures']);
    expect(results('failed', 'unproven', 'failed')).toEqual(['consecutive-failures']);
    expect(results('failed', 'ineffective', 'failed')).toEqual(['consecutive-failures']);
    expect(results('ineffective', 'ineffective', 'ineffective')).toEqual([]);
    expect(results('failed', 'failed', 'succeeded')).toEqual([]);
    expect(results('failed', 'succeeded', 'failed')).toEqual([]);
    expect(results('succeeded', 'failed', 'failed')).toEqual(['consecutive-failures']);
  });

  it('of effect pause an action that did not help a resource, and no other one', () => {
    const action = 'scale-out-group';
    const results = (at: number, ...each: Parameters<typeof anEntry>[0][]) =>
      withPolicy(
        { maxConsecutiveFailures: 2, cooldownMinutes: 1 },
        ledgerOf(
          ...each.map((one, i) => ({
            action,
            resource: RESOURCE,
            result: 'ineffective' as const,
            at: at + i,
            ...one,
          })),
        ),
      );
    const long = NOW - 6 * HOUR_SECONDS;
    expect(results(NOW - HOUR_SECONDS, {})).toEqual([]);
    expect(results(NOW - HOUR_SECONDS, {}, {})).toEqual(['ineffective']);
    expect(results(NOW - HOUR_SECONDS, {}, { result: 'unproven' }, {})).toEqual(['ineffective']);
    expect(results(NOW - HOUR_SECONDS, {}, { result: 'failed' })).toEqual(['ineffective']);
    expect(results(NOW - HOUR_SECONDS, {}, { result: 'succeeded' }, {})).toEqual([]);
    expect(results(NOW - HOUR_SECONDS, {}, { action: 'refresh-group' })).toEqual([]);
    expect(results(NOW - HOUR_SECONDS, {}, { resource: 'auto-scaling-group:other' })).toEqual([]);
    expect(results(NOW - HOUR_SECONDS, {}, { kind: 'undo' })).toEqual([]);
    expect(results(long - 59, {}, {})).toEqual(['ineffective']);
    expect(results(long - 60, {}, {})).toEqual([]);
  });

  it('of failures count a week, by time and not by order, and only actions', () => {
    const failures = (...each: Parameters<typeof anEntry>[0][]) =>
      withPolicy(
        { maxConsecutiveFailures: 2 },
        ledgerOf(...each.map((one) => ({ resource: RESOURCE, result: 'failed' as const, ...one }))),
      );
    const recent = { at: NOW - DAY_SECONDS };
    expect(failures(recent, { at: NOW - WEEK_SECONDS - 59 })).toEqual(['consecutive-failures']);
    expect(failures(recent, { at: NOW - WEEK_SECONDS - 60 })).toEqual([]);
    expect(failures(recent, { ...recent, kind: 'undo' })).toEqual([]);
    expect(failures(recent, { ...recent, resource: 'auto-scaling-group:a' })).toEqual([]);
    const later = { at: NOW - DAY_SECONDS + 1, result: 'succeeded' as const };
    expect(failures(later, recent, recent)).toEqual([]);
  });
});

describe('at the same time', () => {
  const running = (over: Parameters<typeof anEntry>[0]) =>
    inWorld(ledgerOf({ result: 'running', at: NOW - WEEK_SECONDS * 2, ...over }));

  it('only one remediation of a resource runs, however long', () => {
    expect(running({ resource: RESOURCE })).toEqual(['resource-is-free']);
    expect(running({ resource: RESOURCE, result: 'unproven' })).toEqual([]);
    expect(running({})).toEqual([]);
  });

  it('only so many runs of an action', () => {
    const runs = (count: number, action = 'scale-out-group') =>
      inWorld(
        ledgerOf(
          ...Array.from({ length: count }, (_, i) => ({
            ...{ result: 'running' as const, action, at: NOW - WEEK_SECONDS },
            resource: `auto-scaling-group:a${i}`,
          })),
        ),
      );
    expect(runs(2)).toEqual([]);
    expect(runs(3)).toEqual(['concurrent-runs']);
    expect(runs(9, 'refresh-group')).toEqual([]);
  });
});

describe('the ledger', () => {
  const remembered = (count: number, ...own: Parameters<typeof anEntry>[0][]) =>
    inWorld(
      ledgerOf(
        ...Array.from({ length: count }, (_, i) => ({
          ...{ remediationId: `old-${i}`, resource: `auto-scaling-group:a${i}`, at: NOW - 7.5 * DAY_SECONDS },
        })),
        ...own,
      ),
    );

  it('has room for the actions that fit into its item, the own one among them', () => {
    expect(remembered(3999)).toEqual([]);
    expect(remembered(4000)).toEqual(['ledger-room']);
    const own = { remediationId: 'r-1', action: 'scale-out-group', resource: RESOURCE, units: 1 };
    expect(remembered(3999, { ...own, result: 'running' })).toEqual([]);
  });
});

describe('a remediation acts once:', () => {
  const own = {
    ...{ remediationId: 'r-1', action: 'scale-out-group', resource: RESOURCE },
    ...{ result: 'running' as const, units: 1 },
  };
  const reserved = (over: Parameters<typeof anEntry>[0], world: Partial<GateWorld> = {}) =>
    inWorld({ ...ledgerOf({ ...own, ...over }), ...world });

  it('what it reserved does not stand in its own way', () => {
    const narrow = {
      ...{ maxUnitsPerWindow: 1, maxResourcesPerWindow: 1, maxActionsPerHour: 1, cooldownMinutes: 60 },
    };
    expect(reserved({}, { policy: aPolicy(narrow) })).toEqual([]);
  });

  it.each<[string, Parameters<typeof anEntry>[0]]>([
    ['an action that has ended', { result: 'unproven' }],
    ['an undoing', { kind: 'undo' }],
    ['another action', { action: 'scale-in-group' }],
    ['another resource', { resource: 'auto-scaling-group:a' }],
    ['other units', { units: 2 }],
  ])('%s is in its way', (_, over) => {
    expect(reserved(over)).toEqual(['acts-once']);
  });

  it('it is not planned again', () => {
    expect(reserved({}, { phase: 'choosing' })).toEqual(['acts-once']);
  });
});
