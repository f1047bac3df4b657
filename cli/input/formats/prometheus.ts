import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { joinSeries, parseDocument, pointsOf } from '../reading/document.ts';
import { type DocumentFormat, type ExportSeries, UNNAMED } from '../reading/export-format.ts';
import { seriesFromLabels } from '../reading/labels.ts';

const Sample = z.tuple([z.number(), z.string()]);
const Answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z
    .object({
      resultType: z.string(),
      result: z.array(
        z.object({ metric: z.record(z.string(), z.string()), values: z.array(Sample).optional() }),
      ),
    })
    .optional(),
});

/** The answer of Prometheus' `/api/v1/query_range`. */
export const PROMETHEUS: DocumentFormat = {
  name: 'Prometheus query_range JSON',
  recognises: (document) =>
    'status' in document && ('data' in document || 'errorType' in document) && !('series' in document),
  read: (document, context) => {
    const { error, data } = parseDocument(Answer, document, context, 'the answer of query_range');
    if (data === undefined)
      throw new InvalidInputError(
        `${context.name}: found an error of Prometheus (${error ?? 'unknown'}), expected the answer of query_range`,
      );
    if (data.resultType !== 'matrix')
      throw new InvalidInputError(
        `${context.name}: found a result of type ${data.resultType}, expected "matrix": use /api/v1/query_range`,
      );
    const series = nameSeries(data.result.map(({ metric }) => metric));
    return joinSeries([...data.result.entries()], ([index, { values = [] }], before) =>
      pointsOf(series[index] ?? UNNAMED, values, before, context),
    );
  },
};

/** `job` is a setting of the scraper: it is part of the names only if they would be equal without it. */
const nameSeries = (all: readonly Readonly<Record<string, string>>[]): readonly ExportSeries[] => {
  const bare = all.map(({ job, ...labels }) =>
    seriesFromLabels(
      labels.__name__,
      Object.keys(labels).length > 1 ? labels : { ...labels, job: job ?? '' },
    ),
  );
  const isDistinct = new Set(bare.map(({ name }) => name)).size === bare.length;
  return isDistinct ? bare : all.map((labels) => seriesFromLabels(labels.__name__, labels));
};
