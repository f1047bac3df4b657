/** Error answers as problem details (RFC 9457). */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  401: 'API key missing or unknown',
  403: 'Not yours',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Unusable content',
  429: 'Too many points',
  500: 'Internal error',
  503: 'Temporarily unavailable',
};

/** One offending field (`points[3].value`) or line (`line 7`). */
export interface ProblemField {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemField[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly title?: string;
}

/** The body of a problem answer. `code` is stable and names the kind of problem; `detail` is for people. */
export const problemBody = (status: number, code: string, detail: string, options: ProblemOptions = {}) => ({
  type: `https://forestall.dev/problems/${code}`,
  title: options.title ?? TITLES[status] ?? 'Error',
  status,
  detail,
  code,
  ...(options.errors === undefined || options.errors.length === 0 ? {} : { errors: options.errors }),
});

/** An API Gateway (payload 2.0) answer with a problem body. */
export const problem = (
  status: number,
  code: string,
  detail: string,
  options: ProblemOptions = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    'content-type': 'application/problem+json',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...options.headers,
  },
  body: JSON.stringify(problemBody(status, code, detail, options)),
});
