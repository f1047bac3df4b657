import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** An input with its name for messages. */
export interface NamedInput {
  readonly name: string;
  /** As given on the command line: some exports name the host by their folder. Absent for stdin. */
  readonly path?: string;
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
  if (!path.endsWith('.gz')) return { name: basename(path), path, stream: file };
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  return { name: basename(path), path, stream: file.pipe(unpacked) };
};

/** True for a file that can be read twice; false for stdin, pipes and missing files. */
export const isRereadable = (path: string): boolean =>
  path !== '-' && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
