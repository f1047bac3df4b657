import { median } from '../../shared/maths/averages.ts';
import type { HarmPoint } from './harm-scale.ts';

/** Enough for three hours of points every five minutes; of more points, every n-th is taken. */
const MAX_POINTS = 60;

/** Median slope of all pairs of points, per second (Theil 1950, Sen 1968); 0 for fewer than two. Times are distinct. */
export const theilSenSlope = (points: readonly HarmPoint[]): number => {
  const every = Math.ceil(points.length / MAX_POINTS);
  const taken = points.filter((_, index) => index % every === 0);
  const slopes: number[] = [];
  for (const [index, a] of taken.entries())
    for (const b of taken.slice(index + 1)) slopes.push((b.harm - a.harm) / (b.at - a.at));
  return slopes.length === 0 ? 0 : median(slopes);
};
