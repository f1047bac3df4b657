/** Resources that run out: how the level moves until the limit. */
import type { RandomStream } from '../random.ts';
import { type Course, percent } from './course.ts';

const LIMIT = 90;

interface Climb {
  readonly base: number;
  /** Hours since the climb began. */
  readonly begun: number;
  /** Hours from its beginning until it reaches the limit. */
  readonly lasts: number;
}

const drawClimb = (random: RandomStream, begun: number, left: readonly [number, number]): Climb => ({
  base: random.between(20, 55),
  begun,
  lasts: begun + random.between(...left),
});

const climbTo = ({ base, begun, lasts }: Climb, hour: number): number =>
  base + ((LIMIT - base) * Math.max(0, hour + begun)) / lasts;

const steady = (random: RandomStream): Climb => drawClimb(random, random.between(1, 16), [0.5, 11]);

/** A steady climb that began 1 to 16 hours ago. */
export const fill = (random: RandomStream): Course => {
  const climb = steady(random);
  return percent((hour) => climbTo(climb, hour), true);
};

/** A slow climb that began two to six days ago; few reach the limit within hours. */
export const leak = (random: RandomStream, pastHours: number): Course => {
  const climb = drawClimb(random, Math.min(pastHours, random.between(48, 144)), [4, 60]);
  return percent((hour) => climbTo(climb, hour), true);
};

/** A climb by a power of time between 1.5 and 2.5. */
export const accelerating = (random: RandomStream): Course => {
  const { base, begun, lasts } = drawClimb(random, random.between(2, 16), [1, 10]);
  const power = random.between(1.5, 2.5);
  return percent((hour) => base + (LIMIT - base) * (Math.max(0, hour + begun) / lasts) ** power, true);
};

/** A climb in steps, every 15 to 60 minutes on average. */
export const stairs = (random: RandomStream): Course => {
  const climb = steady(random);
  const every = random.between(0.25, 1);
  let [until, level] = [Number.NEGATIVE_INFINITY, climb.base];
  return percent((hour) => {
    if (hour >= until) {
      level = climbTo(climb, hour);
      until = hour + every * random.between(0.6, 1.4);
    }
    return level;
  }, true);
};

/** Free space that falls steadily to 10 %. */
export const free = (random: RandomStream): Course => {
  const course = fill(random);
  return { ...course, levelAt: (hour) => 100 - course.levelAt(hour), limit: 100 - LIMIT, direction: 'below' };
};

/** A queue that grows from almost nothing and has no upper limit. */
export const backlog = (random: RandomStream): Course => {
  const limit = 10 ** random.between(2, 6);
  const climb = steady(random);
  const { base } = climb;
  const idle = random.between(0.01, 0.1) * limit;
  const levelAt = (hour: number): number =>
    idle + ((climbTo(climb, hour) - base) / (LIMIT - base)) * (limit - idle);
  return { levelAt, limit, unit: limit / 100, isRamp: true };
};

/** A steady climb of a resource that stood high for days, until it was cleared. */
export const refill = (random: RandomStream, pastHours: number): Course => {
  const climb = steady(random);
  const [before, cleared] = [random.between(60, 88), random.between(0.3, 0.8) * pastHours];
  const isEarlier = (hour: number): boolean => hour < -Math.max(cleared, climb.begun + 1);
  return percent((hour) => (isEarlier(hour) ? before : climbTo(climb, hour)), true);
};

/** A steady climb under a strong daily season. */
export const seasonalFill = (random: RandomStream): Course => ({ ...fill(random), season: 5 });

/** A steady climb of which a tenth of the points is missing. */
export const gappyFill = (random: RandomStream): Course => ({ ...fill(random), missing: 0.1 });

/** A climb that pauses: up to a third of the time. */
export const pausing = (random: RandomStream): Course => {
  const climb = steady(random);
  const [cycle, share] = [random.between(0.5, 2), random.between(0.1, 0.33)];
  return percent((hour) => {
    const since = Math.max(0, hour + climb.begun);
    const inCycle = (since % cycle) / cycle;
    const moving = Math.min(1, inCycle / (1 - share));
    return climbTo(climb, Math.floor(since / cycle) * cycle + moving * cycle - climb.begun);
  }, true);
};
