/**
 * Judges a trace by what truly happened, with the simplest means: it counts everything again for each effect, knows the
 * true times, and shares no code with the gate.
 */

import type { EnvironmentPolicy } from '../../../core/remediation/policy.ts';
import { autonomousBy } from './autonomy-oracle.ts';
import { isFrozenAt } from './calendar-oracle.ts';
import type { Timed, Trace } from './trace.ts';
import {
  approversOf,
  endOf,
  has,
  isRunning,
  isStopped,
  type Past,
  policyFor,
  type Reserved,
  reservationOf,
  reservations,
} from './true-past.ts';

/** What went wrong: effects that a guard should have prevented. Empty if nothing did. */
export const violationsOf = (trace: Trace): readonly string[] =>
  trace.happenings.flatMap((happening, index) => {
    const past: Past = { trace, happenings: trace.happenings.slice(0, index) };
    return broken(past, happening).map(
      (what) => `${what} (${happening.kind} ${'id' in happening ? happening.id : ''})`,
    );
  });

type Check = readonly [what: string, isBroken: boolean];

const named = (checks: readonly Check[]): readonly string[] =>
  checks.filter(([, isBroken]) => isBroken).map(([what]) => what);

const broken = (past: Past, happening: Timed): readonly string[] => {
  if (happening.kind === 'reserved')
    return named(happening.effect === 'action' ? actionChecks(past, happening) : undoChecks(past, happening));
  if (happening.kind === 'begun')
    return named([
      ['kill switch', isStopped(past)],
      ['no reservation', !has(past, 'reserved', happening.id, happening.effect)],
      ['begun twice', has(past, 'begun', happening.id, happening.effect)],
    ]);
  return happening.kind === 'changed' ? named(changeChecks(past, happening)) : [];
};

const STAGES = ['observe', 'suggest', 'approve', 'automatic'];

const stageOf = ({ trace }: Past, { stage }: EnvironmentPolicy): number =>
  Math.min(STAGES.indexOf(stage), STAGES.indexOf(trace.ceiling.maxStage));

/** Others that truly were reserved within so many seconds before this one was judged. */
const within = (past: Past, { readAt }: Reserved, seconds: number): readonly Reserved[] =>
  reservations(past).filter((other) => other.readAt > readAt - seconds);

const unitsOf = (all: readonly Reserved[]): number => all.reduce((sum, { units }) => sum + units, 0);

const MAX_CONCURRENT: Readonly<Record<string, number>> = {
  'scale-out-group': 3,
  'scale-in-group': 3,
  'restart-service': 2,
  'shift-traffic': 1,
};

/** Limits of quantity, which an undoing on request keeps, too. */
const quantityChecks = (past: Past, reserved: Reserved, settings: EnvironmentPolicy): readonly Check[] => {
  const { ceiling } = past.trace;
  const window = within(past, reserved, settings.windowMinutes * 60);
  const resources = new Set([...window, reserved].map(({ plan }) => plan.resource));
  const hourly = within(past, reserved, 3600).length + 1;
  return [
    ['units per run', reserved.units > settings.maxUnitsPerRun || reserved.units > ceiling.maxUnitsPerRun],
    ['units per window', unitsOf(window) + reserved.units > settings.maxUnitsPerWindow],
    ['resources per window', resources.size > settings.maxResourcesPerWindow],
    ['actions per hour', hourly > settings.maxActionsPerHour || hourly > ceiling.maxActionsPerHour],
    ['freeze', settings.freezeWindows.some((each) => isFrozenAt(each, reserved.clock))],
  ];
};

const failuresBefore = (past: Past, { plan }: Reserved): number => {
  const results = reservations(past)
    .filter((other) => other.effect === 'action' && other.plan.resource === plan.resource)
    .map(({ id }) => endOf(past, id))
    .filter((end) => end === 'succeeded' || end === 'failed');
  let count = 0;
  while (results.at(-1 - count) === 'failed') count++;
  return count;
};

/** How often the same action did not help the resource within six hours, since it last did. */
const fruitlessBefore = (past: Past, reserved: Reserved): number => {
  const { plan } = reserved;
  let count = 0;
  for (const other of within(past, reserved, 6 * 3600)) {
    const { resource, action } = other.plan;
    if (other.effect !== 'action' || resource !== plan.resource || action.id !== plan.action.id) continue;
    const end = endOf(past, other.id);
    if (end === 'succeeded') count = 0;
    if (end === 'failed' || end === 'ineffective') count++;
  }
  return count;
};

const usdOf = ({ plan }: Reserved): number => {
  const [from, to] = [plan.change.from, plan.change.to].map((state) =>
    typeof state === 'object' && state !== null && 'desired' in state ? Number(state.desired) : 0,
  );
  return plan.action.id === 'scale-out-group' ? (to! - from!) * 0.5 : 0;
};

/** Parts of the states of the simulated resources that do not change by themselves. */
const fixedPart = (state: unknown): string => {
  const { desired, min, max, generation, units, weights } = Object(state);
  return JSON.stringify([desired, min, max, generation, units, weights?.blue, weights?.green]);
};

const actionChecks = (past: Past, reserved: Reserved): readonly Check[] => {
  const { plan, id, clock } = reserved;
  const { settings, allowed } = policyFor(past, plan);
  if (settings === undefined || allowed === undefined) return [['not allowed', true]];
  const others = reservations(past).filter((other) => isRunning(past, other));
  const cooldown = within(past, reserved, settings.cooldownMinutes * 60);
  const needed = plan.risk === 'high' ? 2 : 1;
  const isAlone = stageOf(past, settings) === 3 && autonomousBy(past, reserved, allowed.approval);
  return [
    ...quantityChecks(past, reserved, settings),
    ['kill switch', isStopped(past)],
    ['acted before', has(past, 'reserved', id, 'action')],
    ['stage', stageOf(past, settings) < 2],
    ['not deployed', !past.trace.ceiling.actions.includes(plan.action.id)],
    ['protected', settings.protectedResources.includes(plan.resource)],
    ['confidence', plan.problem.confidence <= 0.85 || plan.problem.confidence <= settings.minConfidence],
    ['expired', clock >= plan.expiresAt],
    ['stale', clock >= plan.plannedAt + 60 * (settings.planMinutes + settings.approvalMinutes)],
    ['cost', usdOf(reserved) > settings.maxUsdPerHour],
    ['cooldown', cooldown.some((other) => other.plan.resource === plan.resource)],
    ['failures', failuresBefore(past, reserved) >= settings.maxConsecutiveFailures],
    ['no help', fruitlessBefore(past, reserved) >= settings.maxConsecutiveFailures],
    ['resource is not free', others.some((other) => other.plan.resource === plan.resource)],
    [
      'concurrency',
      others.filter((other) => other.plan.action.id === plan.action.id).length >=
        MAX_CONCURRENT[plan.action.id]!,
    ],
    ['approval', !isAlone && approversOf(past, id, 'action').size < needed],
    ['changed since', fixedPart(reserved.before) !== fixedPart(plan.change.from)],
  ];
};

const undoChecks = (past: Past, reserved: Reserved): readonly Check[] => {
  const { plan, id, isRequested } = reserved;
  const { settings, allowed } = policyFor(past, plan);
  const acted = reservationOf(past, id, 'action');
  if (settings === undefined || allowed === undefined || acted === undefined) return [['not allowed', true]];
  const others = reservations(past).filter(
    (other) => other.id !== id && other.plan.resource === plan.resource,
  );
  const needed = plan.risk === 'high' ? 2 : 1;
  return [
    ...(isRequested ? quantityChecks(past, reserved, settings) : []),
    ['kill switch', isStopped(past)],
    ['undone before', has(past, 'reserved', id, 'undo')],
    ['nothing to undo', !has(past, 'begun', id, 'action')],
    ['stage', stageOf(past, settings) < 2],
    ['not deployed', !past.trace.ceiling.actions.includes(plan.action.id)],
    ['protected', settings.protectedResources.includes(plan.resource)],
    ['larger than the action', !isRequested && reserved.units > acted.units],
    ['resource is not free', others.some((other) => isRunning(past, other))],
    ['others acted since', others.some((other) => other.readAt > acted.readAt)],
    ['approval', isRequested && approversOf(past, id, 'undo').size < needed],
    ['changed since', fixedPart(reserved.before) !== fixedPart(plan.change.to)],
  ];
};

const changeChecks = (
  past: Past,
  { id, effect, from, to }: Extract<Timed, { kind: 'changed' }>,
): readonly Check[] => {
  const reserved = reservationOf(past, id, effect);
  const { plan } = reserved ?? {};
  const [before, after] =
    effect === 'action' ? [plan?.change.from, plan?.change.to] : [plan?.change.to, plan?.change.from];
  return [
    ['no earlier state', reserved === undefined || fixedPart(reserved.before) !== fixedPart(from)],
    ['not begun', !has(past, 'begun', id, effect)],
    ['changed twice', has(past, 'changed', id, effect)],
    ['another change', fixedPart(from) !== fixedPart(before) || fixedPart(to) !== fixedPart(after)],
  ];
};
