import type { RandomStream } from '../random.ts';
import type { Course } from './course.ts';
import {
  batch,
  burst,
  calm,
  cleaned,
  plateau,
  restarts,
  shift,
  slowing,
  wander,
} from './harmless-courses.ts';
import {
  accelerating,
  backlog,
  fill,
  free,
  gappyFill,
  leak,
  pausing,
  refill,
  seasonalFill,
  stairs,
} from './ramp-courses.ts';
import { clockChange, deployment } from './regime-courses.ts';

type Draw = (random: RandomStream, pastHours: number) => Course;

/** Resources that run out, or only seem to, by the course of their level. */
export const RESOURCE_KINDS = {
  ...{ fill, leak, accelerating, stairs, free, backlog, seasonalFill, gappyFill, pausing, refill },
  ...{ plateau, batch, cleaned, wander, calm, restarts, shift, burst, slowing },
} as const satisfies Readonly<Record<string, Draw>>;

/** Resources whose level or daily season has changed. */
export const CHANGED_KINDS = { deployment, clockChange } as const satisfies Readonly<Record<string, Draw>>;

export const WORLD_KINDS = { ...RESOURCE_KINDS, ...CHANGED_KINDS };
export type WorldKind = keyof typeof WORLD_KINDS;
