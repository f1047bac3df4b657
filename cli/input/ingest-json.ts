import * as z from 'zod';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { CHUNK_LIMITS, type IngestChunk } from './ingest-chunk.ts';
import { quoteFound } from './reading/csv-text.ts';

const Loose = z.looseObject({ target: z.unknown() });
const Series = z.looseObject({ timestamps: z.array(z.unknown()), values: z.array(z.unknown()) });
const Body = z.looseObject({
  points: z.array(z.unknown()).optional(),
  series: z.array(z.unknown()).optional(),
  resourceMetrics: z.array(z.unknown()).optional(),
});
type Body = z.infer<typeof Body>;

const chunkOf = (file: string, body: unknown, points: number | undefined): IngestChunk => ({
  file,
  payload: { format: 'json', body: JSON.stringify(body) },
  points,
  fileLine: (line) => line,
});

/** Splits a list before each item that would exceed the limit of points or targets. */
function* cut(
  items: readonly unknown[],
  pointsOf: (item: unknown) => number,
): Generator<unknown[], void, void> {
  let group: unknown[] = [];
  let points = 0;
  const targets = new Set<unknown>();
  for (const item of items) {
    const size = pointsOf(item);
    if (group.length > 0 && (points + size > CHUNK_LIMITS.points || targets.size >= CHUNK_LIMITS.targets)) {
      yield group;
      group = [];
      points = 0;
      targets.clear();
    }
    group.push(item);
    points += size;
    targets.add(Loose.safeParse(item).data?.target);
  }
  if (group.length > 0) yield group;
}

const seriesLength = (item: unknown): number => Series.safeParse(item).data?.timestamps.length ?? 1;

/** Splits a series that exceeds one request. A series with arrays of unequal length stays whole; the server rejects it. */
const splitSeries = (item: unknown): unknown[] => {
  const series = Series.safeParse(item).data;
  if (series === undefined || series.timestamps.length !== series.values.length) return [item];
  const parts: unknown[] = [];
  for (let from = 0; from < Math.max(1, series.timestamps.length); from += CHUNK_LIMITS.points) {
    const to = from + CHUNK_LIMITS.points;
    parts.push({
      ...series,
      timestamps: series.timestamps.slice(from, to),
      values: series.values.slice(from, to),
    });
  }
  return parts;
};

function* chunkBody(file: string, body: Body): Generator<IngestChunk, void, void> {
  const { points, series, resourceMetrics, ...rest } = body;
  if (resourceMetrics !== undefined) {
    yield {
      file,
      payload: { format: 'otlp', body: JSON.stringify(body), contentType: 'application/json' },
      points: undefined,
      fileLine: (line) => line,
    };
    return;
  }
  for (const group of cut(points ?? [], () => 1))
    yield chunkOf(file, { ...rest, points: group }, group.length);
  for (const group of cut((series ?? []).flatMap(splitSeries), seriesLength)) {
    yield chunkOf(
      file,
      { ...rest, series: group },
      group.reduce<number>((sum, one) => sum + seriesLength(one), 0),
    );
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One body, or one body per line as written by the OpenTelemetry Collector's file exporter. */
const readBodies = (file: string, text: string): Body[] => {
  const whole = Body.safeParse(parse(text));
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const filled = lines.filter(({ line }) => line.trim() !== '');
  const parts = whole.success ? [{ line: text, number: 1 }] : filled;
  if (parts.length === 0) parts.push({ line: '', number: 1 });
  return parts.map(({ line, number }) => {
    const body = whole.success ? whole : Body.safeParse(parse(line));
    if (body.success && (body.data.points ?? body.data.series ?? body.data.resourceMetrics)) return body.data;
    throw new InvalidInputError(
      `${file} line ${number}: found ${quoteFound(line.trim())}, expected JSON with "points", "series" or "resourceMetrics"`,
      { field: `line ${number}` },
    );
  });
};

/** Splits a JSON file (ingest body, OTLP/JSON, or one of them per line) into requests. @throws InvalidInputError */
export function* chunkJson(file: string, text: string): Generator<IngestChunk, void, void> {
  for (const body of readBodies(file, text)) yield* chunkBody(file, body);
}
