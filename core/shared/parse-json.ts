import { InvalidInputError } from './errors.ts';

/** Deeper than any document that we read, and far below the depth at which recursion exhausts the stack. */
const MAX_DEPTH = 100;
const [QUOTE, BACKSLASH] = ['"', '\\'];

const isTooDeep = (text: string): boolean => {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inText && character === BACKSLASH) at++;
    else if (character === QUOTE) inText = !inText;
    else if (inText) continue;
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
};

/**
 * Parses JSON from outside, so that code that reads it can safely recurse.
 * @throws InvalidInputError if it is nested too deeply
 * @throws SyntaxError if it is not JSON
 */
export const parseJson = (text: string): unknown => {
  if (isTooDeep(text)) throw new InvalidInputError(`the JSON is nested more than ${MAX_DEPTH} levels deep`);
  return JSON.parse(text) as unknown;
};
