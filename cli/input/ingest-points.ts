import { hourOf } from '../../core/shared/time.ts';
import { CHUNK_LIMITS, type IngestChunk, type IngestNames } from './ingest-chunk.ts';
import { IngestNaming } from './ingest-names.ts';
import { csvField } from './reading/csv-text.ts';
import type { ExportPoint } from './reading/export-format.ts';

/** Columns of the ingest CSV that only some series have. */
const DETAILS = ['unit', 'kind', 'profile', 'tenant'] as const;

/** Collects points until a limit of a request is reached. */
class ChunkBuilder {
  private readonly file: string;
  private readonly naming: IngestNaming;
  private points: ExportPoint[] = [];
  private readonly targets = new Set<string>();
  private readonly hours = new Set<string>();
  private characters = 0;

  constructor(file: string, names: IngestNames) {
    this.file = file;
    this.naming = new IngestNaming(file, names);
  }

  get empty(): boolean {
    return this.points.length === 0;
  }

  /** True if a limit is reached, so the chunk must be closed before the next point. */
  get full(): boolean {
    return (
      this.points.length >= CHUNK_LIMITS.points ||
      this.characters >= CHUNK_LIMITS.characters ||
      this.targets.size >= CHUNK_LIMITS.targets ||
      this.hours.size >= CHUNK_LIMITS.hours
    );
  }

  add(point: ExportPoint): void {
    const { target, metric } = this.naming.nameOf(point.series);
    this.points.push(point);
    this.targets.add(target);
    this.hours.add(`${hourOf(point.timestamp)} ${target}`);
    this.characters += target.length + metric.length + point.valueText.length + ROW_OVERHEAD;
  }

  take(): IngestChunk {
    const { points, file } = this;
    const details = DETAILS.filter((detail) => points.some(({ series }) => series[detail] !== undefined));
    const header = ['timestamp', 'target', 'metric', 'value', ...details].join(',');
    const rows = points.map((point) => this.rowOf(point, details));
    const chunk: IngestChunk = {
      file,
      payload: { format: 'csv', body: `${header}\n${rows.join('\n')}\n` },
      points: points.length,
      // Line 1 of the payload is its header.
      fileLine: (line) => points[line - 2]?.line ?? 1,
    };
    this.points = [];
    this.targets.clear();
    this.hours.clear();
    this.characters = 0;
    return chunk;
  }

  private rowOf({ series, timestamp, value }: ExportPoint, details: readonly (typeof DETAILS)[number][]) {
    const { target, metric } = this.naming.nameOf(series);
    const cells = [target, metric, Number.isNaN(value) ? '' : String(value)];
    return [String(timestamp), ...cells, ...details.map((detail) => series[detail] ?? '')]
      .map(csvField)
      .join(',');
  }
}

/** A timestamp, separators and the details of a row. */
const ROW_OVERHEAD = 40;

/** Splits the points of an export into ingest requests. @throws InvalidInputError if two series get the same name */
export async function* chunkPoints(
  file: string,
  batches: AsyncIterable<readonly ExportPoint[]>,
  names: IngestNames,
): AsyncGenerator<IngestChunk, void, void> {
  const builder = new ChunkBuilder(file, names);
  for await (const points of batches) {
    for (const point of points) {
      if (builder.full) yield builder.take();
      builder.add(point);
    }
  }
  if (!builder.empty) yield builder.take();
}
