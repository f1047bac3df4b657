import * as z from 'zod';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** The parts of an API Gateway request (payload 2.0) that the API reads; header names in lower case. */
const HttpEvent = z.object({
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()).default({}),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
});

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Reads the request of an event. @throws InvalidInputError for an event that is none */
export const readHttpRequest = (event: unknown): HttpRequest => {
  const parsed = HttpEvent.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('the event is no HTTP request', { cause: parsed.error });
  const { rawPath, rawQueryString, headers, requestContext } = parsed.data;
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method: requestContext.http.method.toUpperCase(),
    path: rawPath,
    queryString: rawQueryString,
    headers: Object.fromEntries(lowered),
  };
};
