import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { formatCount } from '../../terminal/format.ts';
import { joinSeries, parseDocument, pointsOf } from '../reading/document.ts';
import type { DocumentFormat } from '../reading/export-format.ts';
import { toMetricName } from '../reading/labels.ts';

const Result = z.object({
  Id: z.string(),
  Label: z.string().nullish(),
  Timestamps: z.array(z.union([z.string(), z.number()])),
  Values: z.array(z.number()),
  StatusCode: z.string().nullish(),
});
const Answer = z.object({ MetricDataResults: z.array(Result) });

/** `aws cloudwatch get-metric-data`: newest first, one result for each query. */
export const CLOUDWATCH_METRIC_DATA: DocumentFormat = {
  name: 'CloudWatch get-metric-data JSON',
  recognises: (document) => 'MetricDataResults' in document,
  read: (document, context) => {
    const expected = 'the output of aws cloudwatch get-metric-data';
    const { MetricDataResults: results } = parseDocument(Answer, document, context, expected);
    const partial = results.filter(({ StatusCode }) => StatusCode !== 'Complete' && StatusCode != null);
    if (partial.length > 0)
      context.note(
        `${partial.map(({ Id }) => Id).join(', ')} incomplete, as CloudWatch says: use --next-token`,
      );
    return joinSeries(results, ({ Id, Label, Timestamps, Values }, before) => {
      if (Timestamps.length !== Values.length)
        throw new InvalidInputError(
          `${context.name}: ${Id}: found ${formatCount(Timestamps.length, 'timestamp')} and ${formatCount(Values.length, 'value')}, expected ${expected}`,
        );
      const isShared = results.filter((other) => other.Label === Label).length > 1;
      const metric = toMetricName(Label ? (isShared ? `${Label} (${Id})` : Label) : Id);
      const samples = Timestamps.map((time, index) => [time, Values[index] ?? null] as const);
      return pointsOf({ name: metric, metric }, samples, before, context);
    });
  },
};
