/** Resources that climb and yet do not run out. */
import type { RandomStream } from '../random.ts';
import { type Course, percent } from './course.ts';

const DAY_HOURS = 24;

/** Nothing happens. */
export const calm = (random: RandomStream): Course => {
  const base = random.between(25, 60);
  return percent(() => base, false);
};

/** A slow random walk that is drawn back to its middle. */
export const wander = (random: RandomStream): Course => {
  const base = random.between(30, 55);
  const [memory, spread] = [random.between(6, 60), random.between(3, 9)];
  const kept = Math.exp(-1 / (12 * memory));
  let level = random.normal();
  return percent(() => {
    level = kept * level + Math.sqrt(1 - kept * kept) * random.normal();
    return base + spread * level;
  }, false);
};

/** A climb that stopped up to eight hours ago. */
export const plateau = (random: RandomStream): Course => {
  const [base, top] = [random.between(20, 45), random.between(55, 84)];
  const [lasted, stopped] = [random.between(0.7, 14), random.between(0.3, 8)];
  return percent(
    (hour) => base + (top - base) * Math.min(1, Math.max(0, (hour + stopped + lasted) / lasted)),
    false,
  );
};

/** A nightly job: up for hours at the same time of each day, and back. Most worlds end during a climb. */
export const batch = (random: RandomStream): Course => {
  const [base, top] = [random.between(20, 45), random.between(60, 84)];
  const [up, hold, down] = [random.between(1, 4), random.between(0, 1), random.between(0.2, 1)];
  const since = random.uniform() < 0.6 ? random.between(0.3, 1) * up : random.between(0, DAY_HOURS);
  return percent((hour) => {
    const at = (((hour + since) % DAY_HOURS) + DAY_HOURS) % DAY_HOURS;
    const share = at < up ? at / up : at < up + hold ? 1 : Math.max(0, 1 - (at - up - hold) / down);
    return base + (top - base) * share;
  }, false);
};

/** A climb from base to top again and again, each of its own length. */
const sawtooth = (
  random: RandomStream,
  pastHours: number,
  draw: { readonly base: () => number; readonly top: () => number; readonly hours: () => number },
): Course => {
  let [from, hours, base, top] = [
    -pastHours - draw.hours() * random.uniform(),
    draw.hours(),
    draw.base(),
    draw.top(),
  ];
  return percent((hour) => {
    while (hour >= from + hours)
      [from, hours, base, top] = [from + hours, draw.hours(), draw.base(), draw.top()];
    return base + ((top - base) * (hour - from)) / hours;
  }, false);
};

/** A disk that is cleaned at 80 %, every 5 to 40 hours. */
export const cleaned = (random: RandomStream, pastHours: number): Course => {
  const [base, hours] = [random.between(25, 50), random.between(5, 40)];
  return sawtooth(random, pastHours, {
    base: () => base,
    top: () => 80,
    hours: () => hours * random.between(0.85, 1.15),
  });
};

/** Memory of a process that leaks and restarts at a different level each time. */
export const restarts = (random: RandomStream, pastHours: number): Course => {
  const [base, hours] = [random.between(20, 40), random.between(8, 40)];
  return sawtooth(random, pastHours, {
    base: () => base + random.between(-2, 2),
    top: () => random.between(68, 84),
    hours: () => hours * random.between(0.6, 1.4),
  });
};

/** A higher level since up to eight hours ago. */
export const shift = (random: RandomStream): Course => {
  const [base, by, since] = [random.between(25, 50), random.between(8, 30), random.between(0.2, 8)];
  return percent((hour) => base + (hour >= -since ? by : 0), false);
};

/** One burst: up within two hours, and at the end of the history on its way down. */
export const burst = (random: RandomStream): Course => {
  const [base, top] = [random.between(20, 45), random.between(60, 84)];
  const [up, down] = [random.between(0.5, 2), random.between(1, 6)];
  const since = random.between(0.15, 0.9) * down;
  return percent((hour) => {
    const at = hour + since;
    const share = at < 0 ? Math.max(0, 1 + at / up) : Math.max(0, 1 - at / down);
    return base + (top - base) * share;
  }, false);
};

/** A climb that slows as it nears a level below the limit: a cache that warms up. */
export const slowing = (random: RandomStream): Course => {
  const [base, top] = [random.between(20, 45), random.between(60, 84)];
  const [begun, constant] = [random.between(2, 14), random.between(0.7, 3)];
  return percent(
    (hour) => base + (top - base) * (1 - Math.exp(-Math.max(0, hour + begun) / constant)),
    false,
  );
};
