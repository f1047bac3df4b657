/** Headers of every response. */
import { HttpReply } from './http-reply.ts';

/**
 * Responses are data: a browser must neither guess their type, nor run, frame or embed them. See
 * https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

/** The reply as it is sent, with the security headers and the id of its request. */
export const secureReply = (
  { statusCode, headers, body, isBase64Encoded }: HttpReply,
  requestId: string | undefined,
): HttpReply =>
  new HttpReply(
    statusCode,
    {
      ...headers,
      ...SECURITY_HEADERS,
      ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    },
    body,
    isBase64Encoded,
  );
