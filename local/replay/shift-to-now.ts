import { detectStep } from '../../core/metrics/series/detect-step.ts';
import type { ProfiledSeries } from '../../core/simulator/ingest-body.ts';

/** Newest timestamp and reporting interval of a target across its series. */
interface Ending {
  readonly newest: number;
  readonly step: number;
}

const newestOf = ({ timestamps }: ProfiledSeries): number =>
  timestamps.reduce((newest, at) => Math.max(newest, at), Number.NEGATIVE_INFINITY);

const stepOf = ({ timestamps }: ProfiledSeries): number =>
  detectStep([...new Set(timestamps)].sort((a, b) => a - b));

const endingsOf = (fleet: readonly ProfiledSeries[]): Map<string, Ending> => {
  const endings = new Map<string, Ending>();
  for (const series of fleet) {
    const known = endings.get(series.targetId);
    const newest = newestOf(series);
    if (known === undefined || newest > known.newest)
      endings.set(series.targetId, { newest, step: stepOf(series) });
  }
  return endings;
};

/**
 * Shifts recorded series so that the newest point of each target lies within one step before `now` (epoch seconds),
 * never after it. All series of a target are shifted together by a whole number of steps, which keeps spacing, gaps and
 * alignment. The time of day is not kept; forecasts learn seasons from the data, not from the clock.
 */
export const shiftToNow = (fleet: readonly ProfiledSeries[], now: number): ProfiledSeries[] => {
  const endings = endingsOf(fleet);
  return fleet.map((series) => {
    const { newest, step } = endings.get(series.targetId)!;
    if (!Number.isFinite(newest)) return series;
    const shift = Math.floor((now - newest) / step) * step;
    return { ...series, timestamps: series.timestamps.map((at) => at + shift) };
  });
};

/** Drops points before `since` (epoch seconds) and then empty series: the API accepts 35 days. */
export const keepSince = (fleet: readonly ProfiledSeries[], since: number): ProfiledSeries[] =>
  fleet.flatMap((series) => {
    const kept = series.timestamps.flatMap((at, index) => (at >= since ? [index] : []));
    if (kept.length === 0) return [];
    if (kept.length === series.timestamps.length) return [series];
    return [
      {
        ...series,
        timestamps: kept.map((index) => series.timestamps[index]!),
        values: kept.map((index) => series.values[index]!),
      },
    ];
  });
