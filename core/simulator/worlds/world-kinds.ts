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

/** Every kind of world, by the course of its level. */
export const WORLD_KINDS = {
  ...{ fill, leak, accelerating, stairs, free, backlog, seasonalFill, gappyFill, pausing, refill },
  ...{ plateau, batch, cleaned, wander, calm, restarts, shift, burst, slowing },
} as const satisfies Readonly<Record<string, (random: RandomStream, pastHours: number) => Course>>;
export type WorldKind = keyof typeof WORLD_KINDS;
