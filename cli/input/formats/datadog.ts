import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { joinSeries, parseDocument, pointsOf } from '../reading/document.ts';
import type { DocumentFormat } from '../reading/export-format.ts';
import { seriesFromLabels } from '../reading/labels.ts';

const Unit = z.object({ name: z.string().nullish(), short_name: z.string().nullish() });
const Answer = z.object({
  status: z.string().optional(),
  error: z.string().nullish(),
  series: z.array(
    z.object({
      metric: z.string().nullish(),
      display_name: z.string().nullish(),
      expression: z.string().nullish(),
      scope: z.string().nullish(),
      unit: z.array(Unit.nullable()).nullish(),
      pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
    }),
  ),
});

const Recognised = z.object({
  series: z.array(z.unknown()),
  res_type: z.literal('time_series'),
});

/** The answer of Datadog's `/api/v1/query`. */
export const DATADOG: DocumentFormat = {
  name: 'Datadog query JSON',
  recognises: (document) => Recognised.safeParse(document).success,
  read: (document, context) => {
    const { status, error, series } = parseDocument(Answer, document, context, 'the answer of /api/v1/query');
    if (status === 'error')
      throw new InvalidInputError(
        `${context.name}: found an error of Datadog (${error ?? 'unknown'}), expected series`,
      );
    return joinSeries(series, (one, before) => {
      const metric = one.metric ?? one.display_name ?? one.expression ?? undefined;
      const named = seriesFromLabels(metric, tagsOf(one.scope ?? ''), unitOf(one.unit?.[0]?.name));
      return pointsOf(named, one.pointlist, before, context);
    });
  },
};

/** `host:web1,device:sda`; `*` is everything. */
const tagsOf = (scope: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    scope
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && tag !== '*')
      .map((tag) => {
        const colon = tag.indexOf(':');
        return colon < 0 ? [tag, 'true'] : [tag.slice(0, colon), tag.slice(colon + 1)];
      }),
  );

const unitOf = (name: string | null | undefined): string | undefined =>
  name === 'percent' ? '%' : (name ?? undefined);
