/** Requests as API Gateway passes them to a function (HTTP API, payload format 2.0). */
import * as z from 'zod';
import { ProblemError } from '../../core/platform/api/errors.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { parseJson } from '../../core/shared/parse-json.ts';
import { cutText, isStorable, MAX_SHOWN_NAME } from '../../core/shared/text.ts';

const HttpEvent = z.object({
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string().min(1),
    http: z.object({ method: z.string(), sourceIp: z.string().default('') }),
  }),
});

export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export interface HttpRequest {
  /** The id that the access log and the `apigw-requestid` header carry. */
  readonly requestId: string;
  /** Address of the sender; empty if unknown. */
  readonly sourceIp: string;
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  /** By name in lower case. */
  readonly headers: RequestHeaders;
  /** As it arrived: text, or base64 if the gateway took the content type for binary. */
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** @throws InvalidInputError for an event that is not an HTTP request */
export const readHttpRequest = (event: unknown): HttpRequest => {
  const parsed = HttpEvent.safeParse(event);
  if (!parsed.success)
    throw new InvalidInputError('the event is not an HTTP request', { cause: parsed.error });
  const { rawPath, rawQueryString, headers, body, isBase64Encoded, requestContext } = parsed.data;
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    requestId: requestContext.requestId,
    sourceIp: requestContext.http.sourceIp,
    method: requestContext.http.method.toUpperCase(),
    path: rawPath,
    queryString: rawQueryString,
    headers: Object.fromEntries(lowered),
    body,
    isBase64Encoded,
  };
};

/** Query parameters by name. @throws InvalidInputError for a repeated parameter, which is ambiguous */
export const queryOf = ({ queryString }: HttpRequest): Readonly<Record<string, string>> => {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(queryString)) {
    if (Object.hasOwn(query, name)) throw new InvalidInputError(`${name} is given twice`, { field: name });
    query[name] = value;
  }
  return query;
};

export const bytesOf = ({ body, isBase64Encoded }: HttpRequest): Uint8Array =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');

/**
 * Refuses texts that could be taken, but neither stored nor sent on.
 * @throws ProblemError naming the field
 */
const refuseUnstorable = (value: unknown, field: string): void => {
  if (typeof value === 'string') {
    if (isStorable(value)) return;
    const message = 'expected text without U+FFFE, U+FFFF and unpaired surrogates';
    throw new ProblemError('invalid-content', `${field}: ${message}`, {
      errors: [{ field, code: 'invalid-text', message }],
    });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, held] of Object.entries(value)) {
    const place = `${field}.${cutText(name, MAX_SHOWN_NAME)}`;
    refuseUnstorable(name, place);
    refuseUnstorable(held, place);
  }
};

/**
 * The parsed JSON body.
 * @throws ProblemError `invalid-content` if it cannot be read or stored
 * @throws InvalidInputError with field `body` if it is not JSON in UTF-8
 */
export const jsonOf = (request: HttpRequest): unknown => {
  let parsed: unknown;
  try {
    parsed = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(request)));
  } catch (cause) {
    if (cause instanceof InvalidInputError)
      throw new ProblemError('invalid-content', cause.message, {
        errors: [{ field: 'body', code: 'too-deep', message: cause.message }],
      });
    throw new InvalidInputError('the body is not JSON in UTF-8', { field: 'body', cause });
  }
  refuseUnstorable(parsed, 'body');
  return parsed;
};
