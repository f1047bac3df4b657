import type * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { ExportPoint, ExportSeries, ReadContext } from './export-format.ts';

/** Checks a document that was recognised. @throws InvalidInputError naming the field that differs */
export const parseDocument = <T>(
  schema: z.ZodType<T>,
  document: object,
  { name }: ReadContext,
  expected: string,
): T => {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new InvalidInputError(
    `${name}: ${field}: ${issue?.message ?? 'not readable'}, expected ${expected}`,
    {
      field,
    },
  );
};

/** The points of parallel lists. `before`: number of points of the document read so far. */
export const pointsOf = (
  series: ExportSeries,
  samples: readonly (readonly [time: string | number, value: string | number | null])[],
  before: number,
  context: ReadContext,
): readonly ExportPoint[] =>
  samples.map(([time, value], index) =>
    context.point(series, { timestamp: String(time), value: valueText(value), line: before + index + 1 }),
  );

/** Ratios without data are infinite in some tools; they are gaps. */
const valueText = (value: string | number | null): string => {
  const text = String(value ?? '');
  return /^[+-]?inf(inity)?$/i.test(text) ? '' : text;
};

/** Joins the points of all series of a document. */
export const joinSeries = <T>(
  items: readonly T[],
  read: (item: T, before: number) => readonly ExportPoint[],
): readonly ExportPoint[] => {
  const all: ExportPoint[] = [];
  for (const item of items) for (const point of read(item, all.length)) all.push(point);
  return all;
};
