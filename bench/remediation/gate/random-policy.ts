import {
  type EnvironmentPolicy,
  FreezeWindow,
  type ManagedResource,
  type RemediationCeiling,
  RemediationPolicy,
} from '../../../core/remediation/policy.ts';
import { HOUR_SECONDS, isoOfSeconds } from '../../../core/shared/time.ts';
import type { Draw } from './draw.ts';

export const ENVIRONMENT = 'shop';
export const ACTIONS = ['scale-out-group', 'scale-in-group', 'restart-service', 'shift-traffic'] as const;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const twoDigits = (value: number): string => String(value).padStart(2, '0');
const timeOfDay = (draw: Draw): string =>
  `${twoDigits(draw.whole(0, 23))}:${draw.one(['00', '15', '30', '59'])}`;

/** Around `at`, so that some worlds are inside and some are at an end of it. */
const randomWindow = (draw: Draw, at: number): FreezeWindow => {
  const reason = 'sale';
  if (draw.chance(0.5)) {
    const weekdays = draw.some(WEEKDAYS, 0.4);
    return FreezeWindow.parse({
      ...{ weekdays: weekdays.length === 0 ? ['sun'] : weekdays, reason },
      ...{ from: timeOfDay(draw), to: timeOfDay(draw) },
    });
  }
  const from = at + draw.whole(-3, 2) * HOUR_SECONDS + draw.whole(0, 600);
  const to = from + draw.whole(1, 4 * HOUR_SECONDS);
  return FreezeWindow.parse({ from: isoOfSeconds(from), to: isoOfSeconds(to), reason });
};

/** Most limits are out of the way, so that many remediations act and reach the others. */
const randomSettings = (draw: Draw, at: number): EnvironmentPolicy => {
  const limit = (tight: readonly number[], wide: number): number =>
    draw.chance(0.25) ? draw.one(tight) : wide;
  return {
    stage: draw.chance(0.05) ? draw.one(['observe', 'suggest']) : draw.one(['approve', 'automatic']),
    minConfidence: draw.one([0.85, 0.9]),
    maxUnitsPerRun: limit([1, 2, 3], 10),
    maxResourcesPerWindow: limit([1, 2, 3], 10),
    maxUnitsPerWindow: limit([1, 3, 5, 8], 50),
    windowMinutes: draw.one([5, 15, 60, 240]),
    maxActionsPerHour: limit([1, 2, 4], 20),
    cooldownMinutes: limit([5, 30, 120], 1),
    maxConsecutiveFailures: draw.whole(1, 2),
    freezeWindows: draw.chance(0.15) ? [randomWindow(draw, at), randomWindow(draw, at)] : [],
    protectedResources: draw.chance(0.1) ? [draw.one(RESOURCES).resource] : [],
    planMinutes: draw.one([10, 30]),
    approvalMinutes: draw.one([10, 30, 90]),
    maxUsdPerHour: limit([0, 0.5, 1], 5),
  };
};

const managed = (
  resource: string,
  ...actions: readonly (readonly [string, ManagedResource['actions'][number]['parameters']])[]
): ManagedResource => ({
  ...{ resource, environment: ENVIRONMENT, targets: [resource.replaceAll(/[^a-z0-9]/g, '-')], peers: [] },
  actions: actions.map(([action, parameters]) => ({ action, parameters, approval: 'by-risk' })),
});

const group = (name: string, add: number): ManagedResource =>
  managed(
    `auto-scaling-group:${name}`,
    ['scale-out-group', { add, max: 10, usdPerUnitHour: 0.5 }],
    ['scale-in-group', { remove: add, min: 1 }],
  );

export const RESOURCES: readonly ManagedResource[] = [
  group('web', 1),
  group('api', 2),
  group('jobs', 3),
  group('mail', 1),
  group('search', 1),
  managed('ecs-service:shop/cart', ['restart-service', {}]),
  managed('load-balancer-listener:app/shop/0123456789abcdef/0123456789abcdef', [
    'shift-traffic',
    { from: 'blue', to: 'green', share: 0.5 },
  ]),
];

const sometimesAlways = (draw: Draw, resource: ManagedResource): ManagedResource => ({
  ...resource,
  actions: resource.actions.map((each) => ({ ...each, approval: draw.chance(0.1) ? 'always' : 'by-risk' })),
});

/** Limits that matter around `at`, epoch seconds; now and then a resource or an action is not allowed. */
export const randomPolicy = (draw: Draw, at: number): RemediationPolicy =>
  RemediationPolicy.parse({
    environments: { [ENVIRONMENT]: randomSettings(draw, at) },
    resources: draw.some(RESOURCES, 0.97).map((each) => sometimesAlways(draw, each)),
  });

export const randomCeiling = (draw: Draw): RemediationCeiling => ({
  maxStage: draw.chance(0.03) ? 'suggest' : draw.one(['automatic', 'automatic', 'approve']),
  actions: draw.some(ACTIONS, 0.97),
  maxUnitsPerRun: draw.chance(0.2) ? draw.whole(1, 3) : 10,
  maxActionsPerHour: draw.chance(0.2) ? draw.whole(1, 4) : 20,
});
