import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

/** 4 January 2027, a Monday. */
export const START = 1_799_020_800;
const STEP = 1200;
const PER_DAY = 72;

export interface SeriesOptions {
  readonly seed: number;
  /** From this day to that one, counted from the start. */
  readonly from: number;
  readonly to: number;
  /** Correlation of the noise over one step. */
  readonly correlation?: number;
  /** Changes the values, which vary by 1 around a daily and weekly pattern between 20 and 60. */
  readonly change?: (value: number, day: number) => number;
}

/** A seasonal series with autocorrelated noise; the same seed gives the same values for the same days. */
export const seasonalSeries = ({
  seed,
  from,
  to,
  correlation = 0.9,
  change = (v) => v,
}: SeriesOptions): RegularSeries => {
  const random = randomStream(seed, 'seasonal');
  let noise = random.normal();
  const values: number[] = [];
  for (let i = 0; i < to * PER_DAY; i++) {
    noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * random.normal();
    const [day, hour] = [i / PER_DAY, (i % PER_DAY) / 3];
    const weekend = Math.floor(day) % 7 >= 5;
    const pattern = 20 + (weekend ? 15 : 40) * Math.sin((Math.PI * hour) / 24) ** 2;
    if (day >= from) values.push(change(pattern + noise, day));
  }
  return { start: START + from * 86_400, stepSeconds: STEP, values: Float64Array.from(values) };
};
