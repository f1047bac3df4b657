import type { RandomStream } from '../random.ts';
import type { Course } from './course.ts';

const DAY_HOURS = 24;
/** Autocorrelations of the noise at one step. */
const KEPT = [0, 0.5, 0.9] as const;
/** Range of the standard deviation of the noise, in units of the course (drawn on a log scale). */
const SPREAD = { min: 0.08, max: 1.5 } as const;
const MAX_AMPLITUDE = 7;
/** A level that moves faster than this (units per hour) is noisier in every second world, by up to this factor. */
const MOVING = { perHour: 1, noise: 3 } as const;

/** Amplitude of the daily season; every second world has none, unless its course demands one. */
const drawAmplitude = (random: RandomStream, least: number | undefined): number => {
  if (least !== undefined) return random.between(least, 2 * MAX_AMPLITUDE);
  return random.uniform() < 0.5 ? 0 : random.between(1, MAX_AMPLITUDE);
};

/**
 * Draws a daily season and autocorrelated noise. The result is called once a step, in order, with the speed of the
 * level per hour.
 */
export const drawDisturbance = (
  random: RandomStream,
  course: Course,
): ((hour: number, perHour: number) => number) => {
  const amplitude = drawAmplitude(random, course.season);
  const [peak, second] = [random.between(0, DAY_HOURS), random.between(0, 0.4)];
  const spread = SPREAD.min * (SPREAD.max / SPREAD.min) ** random.uniform();
  const kept = KEPT[random.below(KEPT.length)]!;
  const restless = random.uniform() < 0.5 ? 1 : random.between(1, MOVING.noise);
  let noise = random.normal();
  return (hour, perHour) => {
    const angle = (2 * Math.PI * (hour - peak)) / DAY_HOURS;
    noise = kept * noise + Math.sqrt(1 - kept * kept) * random.normal();
    const season = amplitude * (Math.cos(angle) + second * Math.cos(2 * angle));
    const factor = Math.abs(perHour) > MOVING.perHour * course.unit ? restless : 1;
    return course.unit * (season + factor * spread * noise);
  };
};
