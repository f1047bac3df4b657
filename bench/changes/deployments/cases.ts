import { type Concern, harmMeaningOf } from '../../../core/changes/deployments/health/harm-direction.ts';
import type { TargetMaterial } from '../../../core/changes/deployments/health/target-effects.ts';
import type { History } from '../../../core/metrics/blocks/block-history.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { World, WorldTarget } from './worlds.ts';

/** Harm of a deployment to its target; `none` only restarts it, like every deployment. */
export interface DeployHarm {
  readonly kind: 'none' | 'latency' | 'errors' | 'cpu' | 'throughput' | 'leak';
  /** Relative for latency and throughput; percentage points for the others. */
  readonly size: number;
}

/** Simulated harms, small to large. */
export const HARMS: readonly DeployHarm[] = [
  { kind: 'latency', size: 0.3 },
  { kind: 'latency', size: 0.6 },
  { kind: 'latency', size: 1.5 },
  { kind: 'errors', size: 0.5 },
  { kind: 'errors', size: 2 },
  { kind: 'errors', size: 10 },
  { kind: 'cpu', size: 10 },
  { kind: 'cpu', size: 25 },
  { kind: 'cpu', size: 50 },
  { kind: 'throughput', size: 0.2 },
  { kind: 'throughput', size: 0.5 },
  { kind: 'leak', size: 15 },
  { kind: 'leak', size: 40 },
];

/** One deployment with the data around it. */
export interface DeployCase {
  readonly at: number;
  readonly harm: DeployHarm;
  readonly own: TargetMaterial;
  readonly callers: readonly TargetMaterial[];
  readonly callees: readonly TargetMaterial[];
  readonly peers: readonly TargetMaterial[];
}

const WATCHED_SECONDS = 3660;
const HISTORY_DAYS = 7;
const MAX_PEERS = 5;
const MAX_NEIGHBOURS = 4;
/** Duration of a restart, during which the target is slow and cold. */
const BLIP_MINUTES = 3;

/** Concerns in which each harm is visible; worlds without any of them are skipped. */
const SHOWS: Readonly<Record<DeployHarm['kind'], readonly Concern[]>> = {
  none: [],
  latency: ['latency'],
  errors: ['error-share', 'availability'],
  cpu: ['cpu'],
  throughput: ['request-rate'],
  leak: ['memory'],
};

const atMost100 = (value: number): number => Math.max(0, Math.min(100, value));

/** A value after a deployment: each harm has its own shape, and all deployments restart their target. */
const touch = (concern: Concern, value: number, minutes: number, { kind, size }: DeployHarm): number => {
  const blip = minutes < BLIP_MINUTES ? 1 : 0;
  const hit = SHOWS[kind].includes(concern) ? size : 0;
  if (concern === 'latency') return value * (1 + 0.8 * blip) * (1 + hit);
  if (concern === 'error-share') return atMost100(value + 0.5 * blip + hit);
  if (concern === 'availability') return atMost100(value - 0.5 * blip - hit);
  if (concern === 'cpu') return atMost100(value + 6 * blip + hit);
  if (concern === 'request-rate') return value * (1 - hit);
  return concern === 'memory' && hit > 0 ? atMost100(value + hit * Math.min(1, minutes / 60)) : value;
};

/** Harms in percentage points apply only to percentages. */
const concernOf = (world: World, metric: string): Concern => {
  const { concern, isBounded } = harmMeaningOf(metric, world.metrics[metric]?.unit);
  const isRelative = concern === 'latency' || concern === 'request-rate';
  return isBounded || isRelative ? concern : 'other';
};

/** More users everywhere, independent of the deployment. */
const surge = (concern: Concern, value: number): number => {
  if (concern === 'latency') return value * 1.7;
  if (concern === 'cpu') return atMost100(value * 1.4);
  return concern === 'request-rate' ? value * 1.5 : value;
};

type Change = (concern: Concern, value: number, minutes: number) => number;

const materialOf = (
  world: World,
  { id, profile, values }: WorldTarget,
  at: number,
  change: Change,
): TargetMaterial => {
  const { start, stepSeconds, steps, metrics } = world;
  const first = Math.max(0, Math.floor((at - HISTORY_DAYS * DAY_SECONDS - start) / stepSeconds));
  const last = Math.min(steps - 1, Math.floor((at + WATCHED_SECONDS - start) / stepSeconds));
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const histories = [...values].map(([metric, own]): [string, History] => {
    const concern = concernOf(world, metric);
    const there = all.filter((i) => !Number.isNaN(own[i]!));
    const timestamps = there.map((i) => start + i * stepSeconds);
    const changed = timestamps.map((time, n) => {
      const value = own[there[n]!]!;
      return time < at ? value : change(concern, value, (time - at) / 60);
    });
    return [metric, { timestamps, values: changed }];
  });
  const target = { tenantId: 'bench', targetId: id, profile, metrics, firstSeen: start, lastSeen: at };
  return { target, histories: new Map(histories) };
};

/** True if a harm would be visible in a metric of the target. */
export const canShow = (world: World, { values }: WorldTarget, { kind }: DeployHarm): boolean =>
  kind === 'none' || [...values.keys()].some((metric) => SHOWS[kind].includes(concernOf(world, metric)));

/** Targets at which the harm would be visible; empty if the world has no such metric. */
export const showing = (world: World, harm: DeployHarm): readonly WorldTarget[] =>
  world.targets.filter((target) => canShow(world, target, harm));

/** One deployment at a random moment on a random target. Callers are partly affected by slow and failing responses. */
export const drawCase = (
  world: World,
  random: () => number,
  harm: DeployHarm,
  fleetWide: boolean,
): DeployCase => {
  const able = showing(world, harm);
  const own = able[Math.floor(random() * able.length)]!;
  const earliest = world.start + world.leadDays * DAY_SECONDS;
  const latest = world.start + world.steps * world.stepSeconds - WATCHED_SECONDS;
  const at = Math.floor((earliest + random() * (latest - earliest)) / 60) * 60;
  const common: Change = (concern, value) => (fleetWide ? surge(concern, value) : value);
  const spilled =
    harm.kind === 'latency' || harm.kind === 'errors' ? { ...harm, size: 0.4 * harm.size } : undefined;
  const spill: Change = (concern, value, minutes) => {
    const usual = common(concern, value, minutes);
    return spilled === undefined || minutes < BLIP_MINUTES ? usual : touch(concern, usual, minutes, spilled);
  };
  const isCaller = (other: WorldTarget): boolean => other.calls.includes(own.id);
  const isCallee = (other: WorldTarget): boolean => own.calls.includes(other.id);
  const of = (targets: readonly WorldTarget[], most: number, change: Change) =>
    targets.slice(0, most).map((each) => materialOf(world, each, at, change));
  const others = world.targets.filter(
    (other) => other !== own && !isCaller(other) && !isCallee(other) && other.profile === own.profile,
  );
  return {
    ...{ at, harm },
    own: materialOf(world, own, at, (c, value, m) => touch(c, common(c, value, m), m, harm)),
    callers: of(world.targets.filter(isCaller), MAX_NEIGHBOURS, spill),
    callees: of(world.targets.filter(isCallee), MAX_NEIGHBOURS, common),
    peers: of(others, MAX_PEERS, common),
  };
};
