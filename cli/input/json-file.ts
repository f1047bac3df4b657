import type { Readable } from 'node:stream';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { parseJson } from '../../core/shared/parse-json.ts';
import { readWholeText } from './decode-text.ts';
import { openInput } from './open-input.ts';

/** More than the API accepts. */
const MAX_CHARACTERS = 5_000_000;

/** Reads a file (`-`: standard input) with one JSON document. @throws InvalidInputError that names the file */
export const readJsonFile = async (path: string, stdin: Readable, expected: string): Promise<unknown> => {
  const input = openInput(path, stdin);
  const text = await readWholeText(input, MAX_CHARACTERS, expected);
  try {
    return parseJson(text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`${input.name}: found invalid JSON (${found}), expected ${expected}`, {
      cause,
    });
  }
};
