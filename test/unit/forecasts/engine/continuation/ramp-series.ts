import { noise } from '../sample-series.ts';

export const DAY = 288;
export const WEEK = 7 * DAY;
export const STEP_SECONDS = 300;

/** A week of five-minute values with a little noise around a level; `hour` is relative to the end. */
export const weekOf = (levelAt: (hour: number) => number, spread = 1, days = 7): Float64Array =>
  Float64Array.from({ length: days * DAY }, (_, i) => levelAt((i + 1 - days * DAY) / 12) + spread * noise(i));

/** A level of 40 that climbs by `perHour` since `hours` ago. */
export const climb =
  (hours: number, perHour: number) =>
  (hour: number): number =>
    40 + perHour * Math.max(0, hour + hours);

export const mirrored = (values: Float64Array): Float64Array => values.map((value) => -value);
