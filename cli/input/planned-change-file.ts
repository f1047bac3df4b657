import type { Readable } from 'node:stream';
import type { ChangeFormat } from '../../core/changes/risk/formats/planned-change.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { parseJson } from '../../core/shared/parse-json.ts';
import { readWholeText } from './decode-text.ts';
import { openInput } from './open-input.ts';

/** A description of tens of thousands of resources fits. */
const MAX_CHARACTERS = 50_000_000;

const jsonIn = (name: string, text: string): unknown => {
  try {
    return parseJson(text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(
      `${name}: found invalid JSON (${found}), expected the output of \`aws cloudformation describe-change-set\``,
      { cause },
    );
  }
};

/** A planned change, as described by a file. */
export interface DescribedPlan {
  readonly format: ChangeFormat;
  readonly content: unknown;
}

/** JSON is parsed as a change set, all other text as the output of `cdk diff`. */
const describedIn = (name: string, text: string, format: ChangeFormat | undefined): DescribedPlan => {
  const isJson =
    format === undefined ? /^\s*[[{]\s*["{\]}]/.test(text) : format === 'cloudformation-change-set';
  return isJson
    ? { format: 'cloudformation-change-set', content: jsonIn(name, text) }
    : { format: 'cdk-diff', content: text };
};

/** Reads a file (`-`: standard input) with a planned change. @throws InvalidInputError if it cannot be read */
export const readPlan = async (
  path: string,
  stdin: Readable,
  format: ChangeFormat | undefined,
): Promise<DescribedPlan> => {
  const input = openInput(path, stdin);
  return describedIn(input.name, await readWholeText(input, MAX_CHARACTERS, 'a planned change'), format);
};
