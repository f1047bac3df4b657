import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { InvalidInputError } from '../../core/shared/errors.ts';
import type { IngestChunk, IngestNames } from './ingest-chunk.ts';
import { chunkJson } from './ingest-json.ts';
import { chunkPoints } from './ingest-points.ts';
import { type NamedInput, openInput } from './open-input.ts';
import { isJson, type OpenedExport, openExport } from './read-export.ts';

/** The formats of a file; `auto` detects the format from the content, and OTLP protobuf from the extension. */
export const FILE_FORMATS = ['auto', 'csv', 'json', 'otlp'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** How to read a file, and who hears how it was read. */
export interface IngestFileOptions extends IngestNames {
  readonly format: FileFormat;
  readonly report?: (line: string) => void;
}

const PROTOBUF = /\.(pb|binpb|otlp|bin)(\.gz)?$/i;

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
  options: IngestFileOptions,
  stdin: Readable,
): AsyncGenerator<IngestChunk, void, void> {
  const { format } = options;
  if (format === 'otlp' || (format === 'auto' && PROTOBUF.test(path)))
    yield* chunkOtlp(path === '-' ? '/dev/stdin' : path);
  else yield* chunkText(openInput(path, stdin), options);
}

/** OTLP is protobuf, or JSON, which starts with a brace. */
function* chunkOtlp(path: string): Generator<IngestChunk, void, void> {
  const bytes = readBytes(path);
  const file = basename(path);
  const start = new TextDecoder().decode(bytes.subarray(0, SNIFFED_BYTES));
  if (isJson(start)) yield* chunkJson(file, new TextDecoder().decode(bytes));
  else yield { file, payload: { format: 'otlp', body: bytes }, points: undefined, fileLine: (line) => line };
}

const SNIFFED_BYTES = 100;

async function* chunkText(
  input: NamedInput,
  options: IngestFileOptions,
): AsyncGenerator<IngestChunk, void, void> {
  const opened = await openExport(input, { report: options.report });
  if (options.format === 'json' && !opened.isJson) refuseFormat(input.name, 'no JSON', 'JSON');
  if (options.format === 'csv' && opened.isJson) refuseFormat(input.name, 'JSON', 'CSV');
  const own = opened.isJson ? await ownJsonOf(opened) : undefined;
  if (own !== undefined) yield* chunkJson(input.name, own);
  else yield* chunkPoints(input.name, opened.points(), options);
}

const refuseFormat = (name: string, found: string, expected: string): never => {
  throw new InvalidInputError(`${name}: found ${found}, expected ${expected}, as --format says`);
};

/** The API's own bodies are sent as they are; the server validates them. */
const ownJsonOf = async (opened: OpenedExport): Promise<string | undefined> =>
  (await opened.isForeignDocument()) ? undefined : opened.wholeText();
