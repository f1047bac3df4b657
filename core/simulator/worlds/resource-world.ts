import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { Course } from './course.ts';
import { drawDisturbance } from './disturbance.ts';
import { RESOURCE_KINDS, WORLD_KINDS, type WorldKind } from './world-kinds.ts';

const STEP_SECONDS = 300;
const STEPS_PER_HOUR = HOUR_SECONDS / STEP_SECONDS;
/** Steps that follow the history: eight hours. */
const HORIZON = 96;
/** End of the histories: 2026-09-07T00:00Z, a Monday. */
const END = 1_788_739_200;

/** A simulated resource with a limit: its history and the eight hours that follow. */
export interface ResourceWorld {
  readonly name: string;
  readonly kind: WorldKind;
  readonly history: RegularSeries;
  readonly future: Float64Array;
  readonly threshold: { readonly direction: 'above' | 'below'; readonly limit: number };
  /** Hard limits of the metric, as known from its unit. */
  readonly bounds: { readonly lower: number; readonly upper: number } | undefined;
  /** True if the resource is filling or draining at the end of the history. */
  readonly isRamp: boolean;
}

const drawValues = (random: RandomStream, course: Course, steps: number): Float64Array => {
  const disturb = drawDisturbance(random, course);
  const full = course.full ?? Number.POSITIVE_INFINITY;
  let before = Number.NaN;
  return Float64Array.from({ length: steps + HORIZON }, (_, i) => {
    const hour = (i + 1 - steps) / STEPS_PER_HOUR;
    const level = course.levelAt(hour);
    const moved = disturb(hour, (level - before) * STEPS_PER_HOUR);
    before = level;
    const value = Math.min(full, Math.max(0, level + moved));
    return i < steps - 1 && random.uniform() < (course.missing ?? 0) ? Number.NaN : value;
  });
};

/** Draws one world; the same kind, seed, index and length always give the same one. */
export const drawWorld = (kind: WorldKind, seed: number, index: number, days = 7): ResourceWorld => {
  const random = randomStream(seed, 'resource-world', kind, index);
  const course = WORLD_KINDS[kind](random, (days * DAY_SECONDS) / HOUR_SECONDS);
  const steps = (days * DAY_SECONDS) / STEP_SECONDS;
  const values = drawValues(random, course, steps);
  return {
    name: `${kind}-${index}`,
    kind,
    history: {
      start: END - days * DAY_SECONDS,
      stepSeconds: STEP_SECONDS,
      values: values.slice(0, steps),
    },
    future: values.slice(steps),
    threshold: { direction: course.direction ?? 'above', limit: course.limit },
    bounds: course.full === undefined ? undefined : { lower: 0, upper: course.full },
    isRamp: course.isRamp,
  };
};

/** `count` worlds of every kind of resource that runs out, or only seems to. */
export const drawWorlds = (
  seed: number,
  count: number,
  days?: number,
  kinds: Partial<typeof WORLD_KINDS> = RESOURCE_KINDS,
): ResourceWorld[] =>
  (Object.keys(kinds) as WorldKind[]).flatMap((kind) =>
    Array.from({ length: count }, (_, index) => drawWorld(kind, seed, index, days)),
  );
