import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { detectSeries } from '../detect-series.ts';
import type { NabSeries } from './nab-data.ts';
import { nabScoreAt } from './nab-score.ts';

type Change = (series: NabSeries) => NabSeries;

const scaled =
  (factor: number): Change =>
  (series) => ({ ...series, values: series.values.map((value) => factor * value) });

const lifted =
  (ranges: number): Change =>
  (series) => {
    const finite = series.values.filter(Number.isFinite);
    const offset = ranges * (Math.max(...finite) - Math.min(...finite));
    return { ...series, values: series.values.map((value) => value + offset) };
  };

const shifted =
  (seconds: number): Change =>
  (series) => ({ ...series, timestamps: series.timestamps.map((timestamp) => timestamp + seconds) });

/** Changes that should have no effect: unit, zero point, date, and the hour at which days begin. */
const CHANGES: Readonly<Record<string, Change>> = {
  'as given': (series) => series,
  'x 0.37': scaled(0.37),
  'x 3.7': scaled(3.7),
  'x 1000': scaled(1000),
  'x -1': scaled(-1),
  '+ 10,000 ranges': lifted(10_000),
  '+ 1 day': shifted(DAY_SECONDS),
  '+ 100 days': shifted(100 * DAY_SECONDS),
  '+ 3 hours': shifted(10_800),
  '+ 10 minutes': shifted(600),
  '+ 17 minutes': shifted(1020),
};

/** NAB score (standard profile) of the alerts at the frozen threshold, under each change. */
export const robustness = (corpus: readonly NabSeries[]): Record<string, number> => {
  const scores: Record<string, number> = {};
  for (const [name, change] of Object.entries(CHANGES)) {
    const files = corpus.map(change).map(({ timestamps, values, windows }) => ({
      scores: detectSeries(timestamps, values).alerts.map(Number),
      windows,
    }));
    scores[name] = nabScoreAt(files, 1);
  }
  return scores;
};
