import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { InvalidInputError } from '../../core/shared/errors.ts';
import type { IngestChunk, IngestNames } from './ingest-chunk.ts';
import { chunkCsv } from './ingest-csv.ts';
import { chunkJson } from './ingest-json.ts';
import { openInput } from './line-batches.ts';

/** The formats of a file; `auto` detects the format from the extension. */
export const FILE_FORMATS = ['auto', 'csv', 'json', 'otlp'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const EXTENSIONS: readonly (readonly [RegExp, Exclude<FileFormat, 'auto'>])[] = [
  [/\.(json|jsonl|ndjson)(\.gz)?$/i, 'json'],
  [/\.(pb|binpb|otlp|bin)(\.gz)?$/i, 'otlp'],
];

/** Format by extension; CSV if the extension is unknown. */
export const formatOf = (path: string): Exclude<FileFormat, 'auto'> =>
  EXTENSIONS.find(([pattern]) => pattern.test(path))?.[1] ?? 'csv';

const readBytes = (path: string): Uint8Array<ArrayBuffer> => {
  try {
    const bytes = readFileSync(path);
    return Uint8Array.from(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  } catch (cause) {
    throw new InvalidInputError(`${path}: cannot be read, expected a file to ingest`, { cause });
  }
};

/** Splits one file of any accepted format into requests. @throws InvalidInputError naming file and line */
export async function* chunkFile(
  path: string,
  format: FileFormat,
  names: IngestNames,
  stdin: Readable,
): AsyncGenerator<IngestChunk, void, void> {
  const chosen = format === 'auto' ? formatOf(path) : format;
  if (chosen === 'csv') {
    yield* chunkCsv(openInput(path, stdin), names);
    return;
  }
  const bytes = readBytes(path === '-' ? '/dev/stdin' : path);
  if (chosen === 'json') {
    yield* chunkJson(basename(path), new TextDecoder().decode(bytes));
    return;
  }
  yield {
    file: basename(path),
    payload: { format: 'otlp', body: bytes },
    points: undefined,
    fileLine: (line) => line,
  };
}
