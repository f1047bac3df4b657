/** A simulated service that actions change: what they do decides what is measured afterwards. */
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { type RandomStream, randomStream } from '../random.ts';
import { planStretches, SERVICE_KINDS, type ServiceKind, type Stretch } from './fault-plan.ts';

export const STEP_SECONDS = 300;
const ACTION_STEPS = 2;

/** What an action does to a service; new units, a restart or a clean-up take ten minutes. */
export type ServiceAction = 'add-unit' | 'remove-unit' | 'restart' | 'free-space' | 'roll-back';

export interface ManagedService {
  readonly id: string;
  readonly kind: ServiceKind;
  /** The metric that the service may run out of, in percent. */
  readonly metric: 'cpu_percent' | 'memory_percent' | 'disk_percent';
  readonly limit: number;
  readonly stretches: readonly Stretch[];
  /** Units now, such as instances. */
  units(): number;
  /** Begins an action, which takes effect two steps later. */
  act(action: ServiceAction): void;
  /** The value of the metric at the next step, in percent. Steps come in order of time. */
  step(): { readonly at: number; readonly value: number };
}

const METRICS = { web: 'cpu_percent', worker: 'memory_percent', store: 'disk_percent' } as const;
const LIMIT = 90;
const FULL = 100;
/** Minutes for which a service that crashed is out. */
const CRASH_STEPS = 6;
/** Share of what a fault wrote that deleting temporary files frees. */
const FREED_SHARE = 0.8;

interface Traits {
  readonly base: number;
  readonly amplitude: number;
  readonly peakHour: number;
  readonly noise: number;
  readonly kept: number;
  readonly units: number;
}

const drawTraits = (random: RandomStream, kind: ServiceKind): Traits => ({
  base: kind === 'web' ? random.between(30, 42) : random.between(30, 50),
  amplitude: kind === 'web' ? random.between(8, 18) : random.between(0, 3),
  peakHour: random.between(0, 24),
  noise: kind === 'web' ? random.between(0.8, 2.5) : random.between(0.1, 0.8),
  kept: random.between(0.3, 0.9),
  units: 3 + random.below(6),
});

const usualLevel = ({ base, amplitude, peakHour }: Traits, at: number): number => {
  const hour = (at / HOUR_SECONDS) % 24;
  const weekend = Math.floor(at / DAY_SECONDS + 4) % 7 >= 5 ? 0.8 : 1;
  return base + amplitude * weekend * Math.cos((2 * Math.PI * (hour - peakHour)) / 24);
};

/** Part of the way to its size that a stretch has come, in [0, 1]. */
const progress = ({ start, rise }: Stretch, at: number): number =>
  rise === 0 ? 1 : Math.min(1, Math.max(0, (at - start) / rise));

interface Course {
  level(usual: number, at: number, active: Stretch | undefined): number;
  act(action: ServiceAction): void;
}

/**
 * CPU: load divided by units. A regression lasts until it is rolled back. When a stretch is over, the owner returns to the
 * usual units, so that one action does not protect the service for ever.
 */
const webCourse = (traits: Traits, state: { units: number }): Course => {
  let rolledBack: string | undefined;
  let current: Stretch | undefined;
  return {
    level: (usual, at, active) => {
      if (current !== undefined && active === undefined) state.units = traits.units;
      current = active;
      const isGone = active?.kind === 'regression' && active.id === rolledBack;
      const factor = active === undefined || isGone ? 1 : 1 + (active.size - 1) * progress(active, at);
      return (usual * factor * traits.units) / state.units;
    },
    act: (action) => {
      if (action === 'add-unit') state.units += 1;
      if (action === 'remove-unit') state.units = Math.max(1, state.units - 1);
      if (action === 'roll-back') rolledBack = current?.id;
    },
  };
};

/** Memory: a leak grows since the last start; when memory is full, the service crashes and starts anew. */
const workerCourse = (): Course => {
  let startedAt = Number.NEGATIVE_INFINITY;
  let out = 0;
  let now = 0;
  return {
    level: (usual, at, active) => {
      now = at;
      if (out > 0) {
        out -= 1;
        return FULL;
      }
      if (active === undefined) return usual;
      const grown = progress({ ...active, start: Math.max(active.start, startedAt) }, at);
      const level = usual + active.size * grown * (FULL - usual);
      if (level < FULL || active.kind === 'cache') return Math.min(level, FULL);
      [startedAt, out] = [at + CRASH_STEPS * STEP_SECONDS, CRASH_STEPS];
      return FULL;
    },
    act: (action) => {
      if (action === 'restart') startedAt = now;
    },
  };
};

/** Disk: what a fault writes stays until it is deleted, at the latest when its stretch ends. */
const storeCourse = (): Course => {
  let freed = 0;
  let written = 0;
  let of: string | undefined;
  return {
    level: (usual, at, active) => {
      if (active?.id !== of) [of, freed, written] = [active?.id, 0, 0];
      if (active === undefined) return usual;
      written = active.size * progress(active, at) * (FULL - usual);
      return usual + Math.max(0, written - freed);
    },
    act: (action) => {
      if (action === 'free-space') freed += FREED_SHARE * (written - freed);
    },
  };
};

const makeCourse = (kind: ServiceKind, traits: Traits, state: { units: number }): Course => {
  if (kind === 'web') return webCourse(traits, state);
  return kind === 'worker' ? workerCourse() : storeCourse();
};

/** A service from `start` on. Its noise and faults depend on the seed and its id alone, never on what is done to it. */
export const makeManagedService = (
  seed: number,
  id: string,
  kind: ServiceKind,
  span: { readonly start: number; readonly end: number },
): ManagedService => {
  const traits = drawTraits(randomStream(seed, 'managed-traits', id), kind);
  const stretches = planStretches(randomStream(seed, 'managed-faults', id), kind, id, span);
  const noises = randomStream(seed, 'managed-noise', id);
  const state = { units: traits.units };
  const course = makeCourse(kind, traits, state);
  let noise = 0;
  let at = span.start - STEP_SECONDS;
  let begun: { readonly due: number; readonly action: ServiceAction }[] = [];
  const applyDue = () => {
    for (const { action } of begun.filter(({ due }) => due <= at)) course.act(action);
    begun = begun.filter(({ due }) => due > at);
  };
  return {
    ...{ id, kind, metric: METRICS[kind], limit: LIMIT, stretches },
    units: () => state.units,
    act: (action) => {
      begun.push({ due: at + ACTION_STEPS * STEP_SECONDS, action });
    },
    step: () => {
      at += STEP_SECONDS;
      applyDue();
      noise = traits.kept * noise + Math.sqrt(1 - traits.kept ** 2) * traits.noise * noises.normal();
      const active = stretches.find(({ start, end }) => start <= at && at < end);
      const level = course.level(usualLevel(traits, at), at, active);
      return { at, value: Math.min(FULL, Math.max(0, level + noise)) };
    },
  };
};

/** `count` services, of each kind in turn. */
export const makeManagedFleet = (
  seed: number,
  count: number,
  span: { readonly start: number; readonly end: number },
): readonly ManagedService[] =>
  Array.from({ length: count }, (_, i) => {
    const kind = SERVICE_KINDS[i % SERVICE_KINDS.length]!;
    return makeManagedService(seed, `${kind}-${i + 1}`, kind, span);
  });
