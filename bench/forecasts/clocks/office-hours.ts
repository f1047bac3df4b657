import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { utcOffset } from '../../../core/shared/time-zone.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';

const STEP_SECONDS = 300;

/** Load by the hour of a working day. */
interface Shape {
  readonly level: number;
  readonly rise: number;
  readonly begins: number;
  readonly ends: number;
  readonly lunch: number;
  readonly weekend: number;
  readonly noise: number;
  readonly persistence: number;
}

const drawShape = (random: RandomStream): Shape => ({
  level: random.between(5, 20),
  rise: random.between(20, 60),
  begins: random.between(6.5, 9),
  ends: random.between(16, 19),
  lunch: random.between(0, 0.4),
  weekend: random.uniform() < 0.5 ? 0 : random.between(0.1, 1),
  noise: random.between(0.5, 2),
  persistence: random.between(0.3, 0.95),
});

/** Share of the load between 0 and 1: an hour of arriving, an hour of leaving, and a break. */
const busy = ({ begins, ends, lunch }: Shape, hour: number): number => {
  const share = Math.min(1, Math.max(0, hour - begins), Math.max(0, ends + 1 - hour));
  return share * (1 - lunch * Math.exp(-4 * (hour - 12.5) ** 2));
};

/** Load of people who work by the clock of `zone`, or of jobs that run by UTC (as the clock stood at `from`). */
export const officeHours = (
  seed: number,
  zone: string,
  byClock: boolean,
  from: number,
  to: number,
): RegularSeries => {
  const random = randomStream(seed, 'office-hours', zone);
  const shape = drawShape(random);
  let noise = 0;
  const values = Float64Array.from({ length: (to - from) / STEP_SECONDS }, (_, i) => {
    const at = from + i * STEP_SECONDS;
    const local = at + utcOffset(zone, byClock ? at : from);
    // The epoch began on a Thursday.
    const weekday = (Math.floor(local / DAY_SECONDS) + 4) % 7;
    const works = weekday === 0 || weekday === 6 ? shape.weekend : 1;
    noise = shape.persistence * noise + shape.noise * random.normal();
    const load = works * busy(shape, (local % DAY_SECONDS) / 3600);
    return Math.max(0, shape.level + shape.rise * load + noise);
  });
  return { start: from, stepSeconds: STEP_SECONDS, values };
};
