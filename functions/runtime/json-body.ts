import * as z from 'zod';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** Settings with every rule they may hold stay below. */
const MOST_BYTES = 512 * 1024;

const EventBody = z.object({ body: z.string().default(''), isBase64Encoded: z.boolean().default(false) });

/**
 * The JSON body of an HTTP event.
 * @throws InvalidInputError with field `body` when it is too large or no JSON
 */
export const readJsonBody = (event: unknown): unknown => {
  const { body, isBase64Encoded } = EventBody.parse(event);
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new InvalidInputError(`the body is larger than ${MOST_BYTES} bytes`, { field: 'body' });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError('the body is no JSON', { field: 'body', cause });
  }
};

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new InvalidInputError('the path is not percent-encoded properly', { field: 'path', cause });
  }
};

/** Parameters of a path that fits a template such as `/v1/targets/{targetId}`; undefined for one that does not. */
export const matchPath = (template: string, path: string): Record<string, string> | undefined => {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const found = given[index] ?? '';
    if (name === undefined ? part !== found : found === '') return undefined;
    if (name !== undefined) params[name] = decode(found);
  }
  return params;
};
