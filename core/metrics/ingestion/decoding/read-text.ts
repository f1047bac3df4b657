import { IngestRejection } from './ingest-rejection.ts';

/**
 * A body as UTF-8 text, without its byte order mark.
 * @throws IngestRejection when it is empty or not UTF-8
 */
export const readText = (body: Uint8Array): string => {
  if (body.length === 0) throw new IngestRejection('malformed-body', 'the body is empty');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new IngestRejection('malformed-body', 'the body is not UTF-8 text', { cause });
  }
};

/** An empty list takes two bytes as text and tens in memory. */
const MAX_CONTAINERS = 2_000_000;
const [LIST, OBJECT] = [0x5b, 0x7b];

const refuseCrowded = (body: Uint8Array): void => {
  if (body.length <= MAX_CONTAINERS) return;
  let containers = 0;
  for (let at = 0; at < body.length; at++) if (body[at] === LIST || body[at] === OBJECT) containers++;
  if (containers > MAX_CONTAINERS)
    throw new IngestRejection('body-too-large', `more than ${MAX_CONTAINERS} lists and objects in the body`);
};

/**
 * A body as JSON.
 * @throws IngestRejection where it is none
 */
export const readJson = (body: Uint8Array): unknown => {
  refuseCrowded(body);
  const text = readText(body);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const hint = /[:,[]\s*(NaN|-?Infinity)\b/.test(text)
      ? ' (JSON has no NaN or Infinity: send null where missing)'
      : '';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IngestRejection('malformed-body', `the body is not JSON: ${reason}${hint}`, { cause });
  }
};
