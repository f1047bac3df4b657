import { IngestRejection } from './ingest-rejection.ts';

/**
 * A body as UTF-8 text, without its byte order mark.
 * @throws IngestRejection if it is empty or not UTF-8
 */
export const readText = (body: Uint8Array): string => {
  if (body.length === 0) throw new IngestRejection('malformed-body', 'the body is empty');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new IngestRejection('malformed-body', 'the body is not UTF-8 text', { cause });
  }
};

/** Six times the points of the largest request: a point that is an object of four fields counts five. */
export const MAX_JSON_ELEMENTS = 1_200_000;
const [ARRAY_START, OBJECT_START, COMMA] = [0x5b, 0x7b, 0x2c];

/** An upper bound of the values in a JSON text: it also counts commas and brackets inside strings. */
export const jsonElementsIn = (body: Uint8Array): number => {
  let elements = 0;
  for (let at = 0; at < body.length; at++)
    if (body[at] === COMMA || body[at] === ARRAY_START || body[at] === OBJECT_START) elements++;
  return elements;
};

/** A value takes two bytes as text but tens in memory. */
const rejectTooManyElements = (body: Uint8Array): void => {
  if (body.length > MAX_JSON_ELEMENTS && jsonElementsIn(body) > MAX_JSON_ELEMENTS)
    throw new IngestRejection('body-too-large', `more than ${MAX_JSON_ELEMENTS} values in the body`);
};

/**
 * A body as JSON.
 * @throws IngestRejection if it is not valid JSON
 */
export const readJson = (body: Uint8Array): unknown => {
  rejectTooManyElements(body);
  const text = readText(body);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const hint = /[:,[]\s*(NaN|-?Infinity)\b/.test(text)
      ? ' (JSON has no NaN or Infinity; send null for missing values)'
      : '';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IngestRejection('malformed-body', `the body is not JSON: ${reason}${hint}`, { cause });
  }
};
