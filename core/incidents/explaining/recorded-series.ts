/** Chooses the series of a diagnosis that are recorded with it, and cuts them to the rows that it compares. */
import * as z from 'zod';
import type { History } from '../../metrics/blocks/block-history.ts';
import { METRIC_KINDS } from '../../metrics/series/metric-series.ts';
import { metricOf } from '../../metrics/targets/target.ts';
import { deviationsByTarget } from './deviations.ts';
import type { DiagnosisRows } from './diagnosis-rows.ts';
import { isRequestMetric, type TargetHistory } from './node-metrics.ts';
import type { DiagnosisMaterial } from './report-causes.ts';

export const Series = z.strictObject({
  metric: z.string(),
  kind: z.enum(METRIC_KINDS),
  unit: z.string().exactOptional(),
  /** Epoch seconds of the points; `from` and `every` if they are evenly spaced. */
  times: z.union([z.strictObject({ from: z.number(), every: z.number() }), z.array(z.number())]),
  /** Null for a value that is no number. */
  values: z.array(z.number().nullable()),
});
export type Series = z.infer<typeof Series>;

/** Characters of JSON that the series of one diagnosis may have: the API returns six million at once. */
export const MAX_SERIES_CHARACTERS = 3_500_000;

export interface SeriesOfTarget {
  readonly targetId: string;
  readonly series: Series[];
}

export interface RecordedSeries {
  readonly targets: SeriesOfTarget[];
  readonly omitted: { readonly usual: number; readonly farther: number };
}

/**
 * The series from which the causes can be computed: metrics of requests, and all that left their usual range. Those of the
 * nearest targets come first; the first that does not fit into `maxCharacters` and all after it are left out.
 */
export const recordedSeries = (
  { stored: { incident }, data }: Pick<DiagnosisMaterial, 'stored' | 'data'>,
  rows: DiagnosisRows,
  maxCharacters = MAX_SERIES_CHARACTERS,
): RecordedSeries => {
  const deviations = deviationsByTarget(data, rows, incident);
  let left = maxCharacters;
  let usual = 0;
  let farther = 0;
  const targets = data.map((each) => {
    const { targetId } = each.target;
    const wanted = wantedOf(each, new Set(deviations.get(targetId)?.map(({ metric }) => metric)));
    usual += each.histories.size - wanted.length;
    const series = wanted
      .map((metric) => seriesOf(each, metric, rows))
      .filter((one) => {
        left -= JSON.stringify(one).length;
        return left >= 0;
      });
    farther += wanted.length - series.length;
    return { targetId, series };
  });
  return { targets, omitted: { usual, farther } };
};

const wantedOf = (data: TargetHistory, deviating: ReadonlySet<string>): readonly string[] =>
  [...data.histories.keys()]
    .filter((metric) => deviating.has(metric) || isRequestMetric(data, metric))
    .sort((a, b) => (a < b ? -1 : 1));

const seriesOf = (data: TargetHistory, metric: string, rows: DiagnosisRows): Series => {
  const { timestamps, values } = within(data.histories.get(metric)!, rows);
  const { kind, unit } = metricOf(data.target, metric) ?? { kind: 'gauge', unit: undefined };
  return {
    ...{ metric, kind, ...(unit === undefined ? {} : { unit }) },
    times: timesOf(timestamps),
    // JSON has no negative zero.
    values: values.map((value) => (Number.isFinite(value) ? value + 0 : null)),
  };
};

/** The points of the rows, and the one before them: a counter is read by its growth. */
const within = ({ timestamps, values }: History, { window, normal }: DiagnosisRows): History => {
  const end = window.from + window.rows * window.stepSeconds;
  const first = timestamps.findIndex((at) => at >= normal.from);
  const past = timestamps.findIndex((at) => at >= end);
  const from = first === -1 ? timestamps.length : Math.max(0, first - 1);
  const to = past === -1 ? timestamps.length : past;
  return { timestamps: timestamps.slice(from, to), values: values.slice(from, to) };
};

const timesOf = (timestamps: readonly number[]): Series['times'] => {
  const [from, second] = timestamps;
  if (from === undefined || second === undefined) return [...timestamps];
  const every = second - from;
  const isEven = timestamps.every((at, n) => at === from + n * every);
  return isEven ? { from, every } : [...timestamps];
};
