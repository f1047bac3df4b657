import * as z from 'zod';
import { joinSeries, parseDocument, pointsOf } from '../reading/document.ts';
import type { DocumentFormat } from '../reading/export-format.ts';
import { toMetricName } from '../reading/labels.ts';

const STATISTICS = ['Average', 'Sum', 'Maximum', 'Minimum', 'SampleCount'] as const;
const Datapoint = z.object({
  Timestamp: z.union([z.string(), z.number()]),
  Unit: z.string().nullish(),
  Average: z.number().optional(),
  Sum: z.number().optional(),
  Maximum: z.number().optional(),
  Minimum: z.number().optional(),
  SampleCount: z.number().optional(),
  ExtendedStatistics: z.record(z.string(), z.number()).optional(),
});
type Datapoint = z.infer<typeof Datapoint>;
const Answer = z.object({ Label: z.string().nullish(), Datapoints: z.array(Datapoint) });

/** `aws cloudwatch get-metric-statistics`: data points in any order, with one value for each statistic. */
export const CLOUDWATCH_METRIC_STATISTICS: DocumentFormat = {
  name: 'CloudWatch get-metric-statistics JSON',
  recognises: (document) => 'Datapoints' in document,
  read: (document, context) => {
    const expected = 'the output of aws cloudwatch get-metric-statistics';
    const { Label, Datapoints: points } = parseDocument(Answer, document, context, expected);
    const statistics = statisticsOf(points);
    return joinSeries(statistics, (statistic, before) => {
      const label = Label || 'value';
      const metric = toMetricName(statistics.length > 1 ? `${label} ${statistic}` : label);
      const series = { name: metric, metric, unit: unitOf(points[0]?.Unit) };
      const samples = points.map((point) => [point.Timestamp, statisticOf(point, statistic)] as const);
      return pointsOf(series, samples, before, context);
    });
  },
};

const statisticsOf = (points: readonly Datapoint[]): readonly string[] => {
  const plain = STATISTICS.filter((statistic) => points.some((point) => point[statistic] !== undefined));
  const extended = points.flatMap(({ ExtendedStatistics = {} }) => Object.keys(ExtendedStatistics));
  return [...plain, ...new Set(extended)];
};

const statisticOf = (point: Datapoint, statistic: string): number | null => {
  const plain = STATISTICS.find((known) => known === statistic);
  return (plain === undefined ? point.ExtendedStatistics?.[statistic] : point[plain]) ?? null;
};

const unitOf = (unit: string | null | undefined): string | undefined => {
  if (unit === 'Percent') return '%';
  return unit === 'None' ? undefined : (unit ?? undefined);
};
