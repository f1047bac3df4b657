import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import type { Failure } from './reliability-forecast.ts';

/**
 * Outages of a service: the periods in which its availability (or a 0/1 health value) is below a value. A gap neither
 * ends nor begins an outage.
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
