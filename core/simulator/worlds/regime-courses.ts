/** Resources that continue differently from most of their history. */
import type { RandomStream } from '../random.ts';
import { type Course, percent } from './course.ts';

const [DAY_HOURS, WEEK_HOURS] = [24, 168];

/** Another level since a deployment up to a day ago. */
export const deployment = (random: RandomStream): Course => {
  const [base, since] = [random.between(30, 55), random.between(0.3, DAY_HOURS)];
  const by = (random.uniform() < 0.5 ? -1 : 1) * random.between(5, 25);
  return percent((hour) => base + (hour >= -since ? by : 0), false);
};

/** Office hours, which have moved by an hour since a change of the clocks three to six days ago. Ends on a Monday. */
export const clockChange = (random: RandomStream): Course => {
  const [base, height] = [random.between(10, 30), random.between(15, 50)];
  const [opens, since] = [random.between(2, 5), random.between(73, 144)];
  const moved = random.uniform() < 0.5 ? -1 : 1;
  return percent((hour) => {
    const local = hour - (hour >= -since ? moved : 0);
    const inWeek = ((local % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
    const [day, inDay] = [Math.floor(inWeek / DAY_HOURS), inWeek % DAY_HOURS];
    const isOpen = day < 5 && inDay >= opens && inDay < opens + 9;
    return base + (isOpen ? height : 0);
  }, false);
};
