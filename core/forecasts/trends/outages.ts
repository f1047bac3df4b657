import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import type { Failure } from './reliability-forecast.ts';

/**
 * Stretches of a series below a value, as failures: a service is down while its availability (or a 0/1 health value)
 * is below it. A gap neither ends an outage nor begins one.
 */
export const outagesBelow = ({ start, stepSeconds, values }: RegularSeries, limit: number): Failure[] => {
  const outages: { at: number; downSeconds: number }[] = [];
  let isDown = false;
  values.forEach((value, step) => {
    if (Number.isNaN(value)) return;
    const at = start + step * stepSeconds;
    if (value < limit) {
      if (!isDown) outages.push({ at, downSeconds: 0 });
      outages.at(-1)!.downSeconds = at + stepSeconds - outages.at(-1)!.at;
    }
    isDown = value < limit;
  });
  return outages;
};
