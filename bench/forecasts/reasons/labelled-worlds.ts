/** Series whose breach within eight hours has a known reason, because nothing else in them leads there. */
import type { BreachReasonKind } from '../../../core/forecasts/breach-explanation.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';

export const LIMIT = 80;
/** Monday, 2026-09-07T00:00Z. */
const START = 1_788_739_200;
const STEP_SECONDS = 300;
const DAYS = 14;
const STEPS = (DAYS * 86_400) / STEP_SECONDS;

/** A level by hours relative to the end of the history. */
type Level = (hour: number) => number;

export interface LabelledWorld {
  readonly name: string;
  /** What has to be its first reason. */
  readonly reason: BreachReasonKind;
  readonly draw: (random: RandomStream) => Level;
}

/** A bump of height 1 once a day, `at` hours after the end of the history, of about `width` hours. */
const daily = (hour: number, at: number, width: number): number => {
  const distance = ((((hour - at + 12) % 24) + 24) % 24) - 12;
  return Math.exp(-(distance * distance) / (2 * width * width));
};

export const WORLDS: readonly LabelledWorld[] = [
  {
    name: 'a climb',
    reason: 'recent-climb',
    draw: (random) => {
      const [base, slope, hours] = [random.between(30, 45), random.between(4, 9), random.between(3, 7)];
      return (hour) => base + slope * Math.max(0, hour + hours);
    },
  },
  {
    name: 'a climb beside a harmless daily peak',
    reason: 'recent-climb',
    draw: (random) => {
      const [base, slope, hours] = [random.between(30, 45), random.between(4, 6), random.between(4, 6)];
      const [height, at] = [random.between(10, 15), random.between(2, 6)];
      return (hour) => base + slope * Math.max(0, hour + hours) + height * daily(hour, at, 2);
    },
  },
  {
    name: 'a peak each day',
    reason: 'time-of-day',
    draw: (random) => {
      const [base, height, at] = [random.between(30, 40), random.between(52, 58), random.between(2, 6)];
      return (hour) => base + height * daily(hour, at, 1.5);
    },
  },
  {
    name: 'a peak each week',
    reason: 'week-before',
    draw: (random) => {
      const [base, height, at] = [random.between(30, 40), random.between(52, 58), random.between(4.5, 6.5)];
      return (hour) => {
        const isPeakDay = Math.round((hour - at) / 24) % 7 === 0;
        return base + (isPeakDay ? height : 4) * daily(hour, at, 1.5);
      };
    },
  },
  {
    name: 'a jump below a daily peak',
    reason: 'recent-level',
    draw: (random) => {
      const [base, jump, since] = [random.between(28, 32), random.between(42, 45), random.between(5, 10)];
      const [height, at] = [random.between(9, 12), random.between(2, 6)];
      return (hour) => base + (hour > -since ? jump : 0) + height * daily(hour, at, 2);
    },
  },
  {
    name: 'a level around the limit',
    reason: 'usual-level',
    draw: (random) => {
      const level = random.between(81, 84);
      return () => level;
    },
  },
];

/** The series of a world, in percent, with noise. */
export const seriesOf = ({ name, draw }: LabelledWorld, seed: number): RegularSeries => {
  const random = randomStream(seed, name);
  const level = draw(random);
  const spread = random.between(0.5, 2);
  const values = Float64Array.from({ length: STEPS }, (_, i) =>
    Math.min(100, Math.max(0, level((i + 1 - STEPS) / 12) + spread * random.normal())),
  );
  return { start: START, stepSeconds: STEP_SECONDS, values };
};
