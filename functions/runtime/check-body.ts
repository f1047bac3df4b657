/** Checks of a body that need no parsing. */
import { ProblemError } from '../../core/platform/api/errors.ts';
import { maxBodyBytesOf, type Operation } from '../../core/platform/api/operation.ts';
import type { ProblemCode } from '../../core/platform/api/problems.ts';
import { cutText, MAX_SHOWN_NAME } from '../../core/shared/text.ts';
import type { HttpRequest } from './http-request.ts';

/** JSON in UTF-8: `application/json`, or a type that is based on it. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:\s*;\s*charset\s*=\s*"?utf-?8"?)?$/i;

const sizeOf = ({ body, isBase64Encoded }: HttpRequest): number =>
  Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');

const refused = (code: ProblemCode, field: string, message: string): ProblemError =>
  new ProblemError(code, message, { errors: [{ field, code: 'invalid', message }] });

const checkSize = (operation: Operation, request: HttpRequest): void => {
  const [size, limit] = [sizeOf(request), maxBodyBytesOf(operation)];
  // The body of a GET has no meaning (RFC 9110, section 9.3.1), so clients that send one expect nothing of it.
  if (size <= limit || operation.method === 'get') return;
  throw limit === 0
    ? refused('invalid-request', 'body', 'this operation takes no body')
    : refused('body-too-large', 'body', `the body has ${size} bytes; the limit is ${limit}`);
};

/** A request without a content type is taken for JSON. */
const checkType = ({ headers }: HttpRequest): void => {
  const { 'content-type': type = 'application/json', 'content-encoding': encoding = 'identity' } = headers;
  if (!JSON_TYPE.test(type.trim())) {
    const message = `send application/json in UTF-8, not "${cutText(type, MAX_SHOWN_NAME)}"`;
    throw refused('unsupported-content-type', 'content-type', message);
  }
  if (encoding.trim().toLowerCase() === 'identity') return;
  const message = `send the body without compression, not with "${cutText(encoding, MAX_SHOWN_NAME)}"`;
  throw refused('unsupported-encoding', 'content-encoding', message);
};

/**
 * Refuses a body that is too large for its operation or is not announced as JSON. A function that decodes its bodies
 * itself also checks them itself, because it charges for what it refuses.
 * @throws ProblemError `body-too-large`, `unsupported-content-type` or `unsupported-encoding`; `invalid-request` for any
 * body of a command that takes none
 */
export const checkBody = (operation: Operation, request: HttpRequest): void => {
  if (operation.rawBody !== undefined) return;
  checkSize(operation, request);
  if (operation.body !== undefined) checkType(request);
};
