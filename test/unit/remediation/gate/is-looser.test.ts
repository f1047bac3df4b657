import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStricter } from '../../../../bench/remediation/gate/stricter.ts';
import { isLooser } from '../../../../core/remediation/gate/policy/is-looser.ts';
import type {
  AlertMapping,
  EnvironmentPolicy,
  ManagedResource,
  RemediationPolicy,
  ServiceObjective,
} from '../../../../core/remediation/policy.ts';
import { aPolicy, RESOURCE } from './allowed-world.ts';

/** What becomes looser from one value of a setting to the other, and back. */
const bothWays = (before: RemediationPolicy, after: RemediationPolicy) => [
  isLooser(before, after),
  isLooser(after, before),
];
const inShop = (before: Partial<EnvironmentPolicy>, after: Partial<EnvironmentPolicy>) =>
  bothWays(aPolicy(before), aPolicy(after));

describe('in an environment', () => {
  it.each<[Partial<EnvironmentPolicy>, Partial<EnvironmentPolicy>, string]>([
    [{ stage: 'observe' }, { stage: 'suggest' }, 'stage "observe" → "suggest"'],
    [{ stage: 'approve' }, { stage: 'automatic' }, 'stage "approve" → "automatic"'],
    [{ minConfidence: 0.95 }, { minConfidence: 0.9 }, 'minConfidence 0.95 → 0.9'],
    [{ maxUnitsPerRun: 2 }, { maxUnitsPerRun: 3 }, 'maxUnitsPerRun 2 → 3'],
    [{ maxResourcesPerWindow: 2 }, { maxResourcesPerWindow: 3 }, 'maxResourcesPerWindow 2 → 3'],
    [{ maxUnitsPerWindow: 2 }, { maxUnitsPerWindow: 3 }, 'maxUnitsPerWindow 2 → 3'],
    [{ windowMinutes: 60 }, { windowMinutes: 59 }, 'windowMinutes 60 → 59'],
    [{ maxActionsPerHour: 2 }, { maxActionsPerHour: 3 }, 'maxActionsPerHour 2 → 3'],
    [{ cooldownMinutes: 60 }, { cooldownMinutes: 59 }, 'cooldownMinutes 60 → 59'],
    [{ maxConsecutiveFailures: 2 }, { maxConsecutiveFailures: 3 }, 'maxConsecutiveFailures 2 → 3'],
    [{ planMinutes: 2 }, { planMinutes: 3 }, 'planMinutes 2 → 3'],
    [{ approvalMinutes: 2 }, { approvalMinutes: 3 }, 'approvalMinutes 2 → 3'],
    [{ maxUsdPerHour: 2 }, { maxUsdPerHour: 3 }, 'maxUsdPerHour 2 → 3'],
    [
      { protectedResources: [RESOURCE, 'lambda-function:pay'] },
      { protectedResources: [RESOURCE] },
      `protectedResources ["${RESOURCE}","lambda-function:pay"] → ["${RESOURCE}"]`,
    ],
  ])('%j is stricter than %j', (before, after, phrase) => {
    expect(inShop(before, after)).toEqual([[`environment shop: ${phrase}`], []]);
    expect(inShop(before, before)).toEqual([[], []]);
  });

  it('a frozen time may be added and explained anew, but not removed or moved', () => {
    const monday = { weekdays: ['mon' as const], from: '09:00', to: '17:00', reason: 'office' };
    const frozen = (...freezeWindows: EnvironmentPolicy['freezeWindows']) => ({ freezeWindows });
    expect(inShop(frozen(), frozen(monday))[0]).toEqual([]);
    expect(inShop(frozen(), frozen(monday))[1]).toHaveLength(1);
    expect(inShop(frozen(monday), frozen({ ...monday, reason: 'open' }))).toEqual([[], []]);
    expect(inShop(frozen(monday), frozen({ ...monday, from: '08:00' }))[0]).toHaveLength(1);
  });

  it('long values are cut', () => {
    const protectedResources = Array.from({ length: 20 }, (_, i) => `lambda-function:f${i}`);
    const [phrase] = isLooser(aPolicy({ protectedResources }), aPolicy());
    expect(phrase).toMatch(/^environment shop: protectedResources \[.*… → \[\]$/);
    expect(phrase?.length).toBeLessThan(150);
  });
});

describe('of a policy', () => {
  it('an objective may be added, but not removed, lowered or aimed at something else', () => {
    const promise: ServiceObjective = {
      ...{ name: 'fast answers', target: 'web-1', metric: 'latency_ms', objective: 0.99, windowDays: 28 },
      threshold: { direction: 'above', limit: 400 },
    };
    const promising = (...objectives: ServiceObjective[]): RemediationPolicy => ({
      ...aPolicy(),
      objectives,
    });
    const removed = 'objective fast answers is removed or changed';
    expect(bothWays(promising(), promising(promise))).toEqual([[], [removed]]);
    expect(bothWays(promising(promise), promising(promise))).toEqual([[], []]);
    for (const change of [{ objective: 0.9 }, { target: 'web-2' }, { metric: 'errors' }, { windowDays: 7 }])
      expect(isLooser(promising(promise), promising({ ...promise, ...change }))).toEqual([removed]);
  });

  it('everything is looser than nothing', () => {
    expect(isLooser(undefined, aPolicy())).toEqual([
      ...['environment shop is added', 'environment office is added', `${RESOURCE} is added`],
    ]);
    expect(isLooser(undefined, { environments: {}, resources: [], alerts: [], objectives: [] })).toEqual([]);
  });

  it('parts may be removed, but not added', () => {
    const whole = aPolicy();
    const { shop } = whole.environments;
    const { office: _, ...environments } = whole.environments;
    expect(bothWays({ ...whole, environments }, whole)).toEqual([['environment office is added'], []]);
    expect(bothWays({ ...whole, resources: [] }, whole)).toEqual([[`${RESOURCE} is added`], []]);
    expect(isLooser(whole, { ...whole, environments: { ...environments, constructor: shop! } })).toEqual([
      'environment constructor is added',
    ]);
  });
});

describe('of a resource', () => {
  const from = (before: Partial<ManagedResource>, after: Partial<ManagedResource>) =>
    bothWays(aPolicy({}, before), aPolicy({}, after));
  const allowing = (...actions: ManagedResource['actions']) => ({ actions });
  const scaleOut = { action: 'scale-out-group', parameters: { max: 10 }, approval: 'by-risk' as const };
  const scaleIn = { action: 'scale-in-group', parameters: { min: 1 }, approval: 'by-risk' as const };

  it.each<[string, Partial<ManagedResource>, Partial<ManagedResource>, string, string]>([
    [
      'environment',
      { environment: 'shop' },
      { environment: 'office' },
      '"shop" → "office"',
      '"office" → "shop"',
    ],
    ['targets', { targets: ['a'] }, { targets: ['a', 'b'] }, '["a"] → ["a","b"]', '["a","b"] → ["a"]'],
    ['peers', { peers: [] }, { peers: ['p'] }, '[] → ["p"]', '["p"] → []'],
  ])('another value of %s counts as looser, both ways', (key, before, after, there, back) => {
    expect(from(before, after)).toEqual([[`${RESOURCE}: ${key} ${there}`], [`${RESOURCE}: ${key} ${back}`]]);
  });

  it('the order of targets has no meaning', () => {
    expect(from({ targets: ['a', 'b'] }, { targets: ['b', 'a'] })).toEqual([[], []]);
  });

  it('actions may be removed, but not added', () => {
    expect(from(allowing(scaleOut), allowing(scaleIn, scaleOut))).toEqual([
      [`${RESOURCE}: scale-in-group is added`],
      [],
    ]);
  });

  it('other parameters count as looser, both ways', () => {
    const other = { ...scaleOut, parameters: { max: 9 } };
    expect(from(allowing(scaleOut), allowing(other))).toEqual([
      [`${RESOURCE}: scale-out-group: parameters {"max":10} → {"max":9}`],
      [`${RESOURCE}: scale-out-group: parameters {"max":9} → {"max":10}`],
    ]);
  });

  it('an approval may become necessary, but not unnecessary', () => {
    expect(from(allowing({ ...scaleOut, approval: 'always' }), allowing(scaleOut))).toEqual([
      [`${RESOURCE}: scale-out-group: approval "always" → "by-risk"`],
      [],
    ]);
  });
});

describe('of an alert', () => {
  const alert: AlertMapping = {
    ...{ source: 'webhook', name: 'cpu', alertType: 'cpu-high', resource: RESOURCE, metric: 'cpu' },
    minMinutes: 5,
  };
  const other = { ...aPolicy().resources[0]!, resource: 'auto-scaling-group:other' };
  const withAlerts = (...alerts: AlertMapping[]) =>
    aPolicy({}, {}, { resources: [...aPolicy().resources, other], alerts });

  it('mappings may be removed and wait longer, but not be added or wait less', () => {
    expect(bothWays(withAlerts(), withAlerts(alert))).toEqual([['alert cpu is added'], []]);
    expect(bothWays(withAlerts(alert), withAlerts({ ...alert, minMinutes: 4 }))).toEqual([
      ['alert cpu: minMinutes 5 → 4'],
      [],
    ]);
    expect(isLooser(withAlerts(alert), withAlerts(alert, { ...alert, source: 'alertmanager' }))).toEqual([
      'alert cpu is added',
    ]);
    expect(isLooser(withAlerts(alert), withAlerts({ ...alert, name: 'memory' }))).toEqual([
      'alert memory is added',
    ]);
  });

  it.each<[keyof AlertMapping, string]>([
    ['alertType', 'memory-high'],
    ['resource', other.resource],
    ['metric', 'memory'],
  ])('another %s counts as looser', (key, value) => {
    expect(isLooser(withAlerts(alert), withAlerts({ ...alert, [key]: value }))).toEqual([
      `alert cpu: ${key} ${JSON.stringify(alert[key])} → ${JSON.stringify(value)}`,
    ]);
  });
});

describe('what is not looser', () => {
  it('never lets a plan go further', () => {
    fc.assert(
      fc.property(fc.nat(), (number) => {
        const { loosened, isFreer } = compareStricter(number);
        expect(loosened).toEqual([]);
        expect(isFreer).toBe(false);
      }),
    );
  });
});
