import { SECURITY_HEADERS } from '../../core/platform/api/security-headers.ts';
import { HttpReply } from './http-reply.ts';

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
