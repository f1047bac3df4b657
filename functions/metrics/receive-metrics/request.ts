/** An ingest request out of an API Gateway event (HTTP API, payload 2.0). */
import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { RequestHeaders } from '../../runtime/authenticate.ts';

const HttpEvent = z.object({
  rawPath: z.string(),
  headers: z.record(z.string(), z.string().optional()).default({}),
  queryStringParameters: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({ requestId: z.string().min(1) }),
});

export interface IngestRequest {
  /** Safe within an object key. */
  readonly requestId: string;
  /** Last step of the path. */
  readonly format: string;
  /** Lower-case names. */
  readonly headers: RequestHeaders;
  readonly contentType: string;
  /** Empty where the body is as it is. */
  readonly contentEncoding: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The gateway took the body for text; compressed bytes do not survive that. */
  readonly arrivedAsText: boolean;
}

/** Gateway request ids are base64 (`JKJaXmPLvHcESHA=`): `/` would open a folder, and `+` and `=` need escaping. */
const keySafe = (requestId: string): string =>
  requestId
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/[^\w-]/g, '');

/** @throws InvalidInputError for an event of another shape: the function is wired to something else than its API */
export const readRequest = (event: unknown): IngestRequest => {
  const parsed = HttpEvent.safeParse(event);
  if (!parsed.success) throw new InvalidInputError(`no HTTP API event: ${z.prettifyError(parsed.error)}`);
  const { rawPath, queryStringParameters, body, isBase64Encoded, requestContext } = parsed.data;
  const headers = Object.fromEntries(
    Object.entries(parsed.data.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    requestId: keySafe(requestContext.requestId),
    format: rawPath.slice(rawPath.lastIndexOf('/') + 1),
    headers,
    contentType: headers['content-type'] ?? '',
    contentEncoding: (headers['content-encoding'] ?? '').trim().toLowerCase(),
    query: queryStringParameters,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    arrivedAsText: !isBase64Encoded,
  };
};
