import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../core/shared/errors.ts';

const MAX_LINE_LENGTH = 1_000_000;

/** A text input with its name for messages. */
export interface NamedInput {
  readonly name: string;
  readonly stream: Readable;
}

const explainMissing = (path: string, cause: unknown): InvalidInputError => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const found = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
  return new InvalidInputError(`${path}: ${found}, expected a readable file or "-" for stdin`, { cause });
};

/** Opens a file (`.gz` is unpacked) or stdin (`-`). @throws InvalidInputError if the file does not exist */
export const openInput = (path: string, stdin: Readable): NamedInput => {
  if (path === '-') return { name: 'stdin', stream: stdin };
  try {
    if (statSync(path).isDirectory()) {
      throw new InvalidInputError(`${path}: found a directory, expected a file`);
    }
  } catch (error) {
    throw error instanceof InvalidInputError ? error : explainMissing(path, error);
  }
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return { name: basename(path), stream: file };
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  return { name: basename(path), stream: file.pipe(unpacked) };
};

const refuse = (name: string, line: number, found: string): never => {
  throw new InvalidInputError(`${name} line ${line}: found ${found}, expected lines of CSV text`);
};

/**
 * Reads the lines of a text in batches of some thousands, without line ends and byte order mark. Partial reads are
 * joined. Rejects lines that are too long for CSV. @throws InvalidInputError
 */
export async function* lineBatches({ name, stream }: NamedInput): AsyncGenerator<string[], void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let seen = 0;
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_LENGTH)
        refuse(name, seen + lines.length + 1, 'a line of more than a million characters');
      seen += lines.length;
      if (lines.length > 0) yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    }
  } catch (error) {
    if (error instanceof InvalidInputError || !(error instanceof Error)) throw error;
    throw new InvalidInputError(`${name}: cannot be read: ${error.message}`, { cause: error });
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest];
}
