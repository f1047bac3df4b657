import type { FleetSeries } from '../../../../core/forecasts/training/fleet-series.ts';
import { noise, seriesOf } from '../engine/sample-series.ts';

export const STEP = 300;
export const DAYS = 5;
export const LENGTH = (DAYS * 86_400) / STEP;
const { start } = seriesOf(1, () => 0);
/** Time of a point. */
export const timeAt = (i: number): number => start + i * STEP;

/** Servers with a load that repeats daily and much noise. */
export const sampleFleet = (servers: number): FleetSeries[] =>
  Array.from({ length: servers }, (_, server) => ({
    name: `server-${server}/cpu`,
    series: seriesOf(
      LENGTH,
      (i) => 40 + 15 * Math.sin((2 * Math.PI * (i + 31 * server)) / 288) + 12 * noise(i + 7919 * server),
    ),
  }));
