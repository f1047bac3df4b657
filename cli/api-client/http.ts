import { setTimeout as wait } from 'node:timers/promises';
import { ApiUnreachableError, toApiError } from './api-error.ts';

/** Where the API is and how patient to be. `sleep`, `random` and `fetch` are replaced in tests. */
export interface HttpOptions {
  readonly url: string;
  readonly apiKey?: string;
  /** Attempts in all; default 6. */
  readonly attempts?: number;
  /** Per attempt; default 30 s. */
  readonly timeoutMilliseconds?: number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  /** Told before each wait: what went wrong, and for how long it waits. */
  readonly onRetry?: (reason: string, milliseconds: number) => void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const DEFAULT_ATTEMPTS = 6;
const DEFAULT_TIMEOUT = 30_000;
const FIRST_DELAY = 300;
const LONGEST_DELAY = 20_000;
const LONGEST_RETRY_AFTER = 120_000;
/** 429 and 503 say "later"; 500, 502 and 504 are passing faults of gateways. Every request here may be repeated. */
const RETRYABLE = new Set([429, 500, 502, 503, 504]);

/** Milliseconds that a `Retry-After` header in seconds asks for. */
export const retryAfterMilliseconds = (header: string | null): number | undefined => {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return seconds >= 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER) : undefined;
};

/** Exponential backoff with full jitter (Brooker 2015), never sooner than the server asks. */
export const delayBefore = (
  attempt: number,
  retryAfter: number | undefined,
  random: () => number,
): number => {
  const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt);
  return Math.round((retryAfter ?? 0) + random() * ceiling);
};

const targetOf = (base: string, { path, query }: HttpRequest): URL => {
  const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
};

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
};

/** Sends requests with the key, retrying what may pass; answers that stay unsuccessful become errors. */
export class HttpSender {
  private readonly options: HttpOptions;

  constructor(options: HttpOptions) {
    this.options = options;
  }

  /**
   * The parsed JSON body of the successful answer.
   * @throws ApiRequestError for an answer that says no, ApiUnreachableError where none came
   */
  async send(request: HttpRequest): Promise<unknown> {
    const { attempts = DEFAULT_ATTEMPTS, random = Math.random, sleep = wait, onRetry } = this.options;
    const name = `${request.method} ${request.path}`;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.attempt(request, name);
      if ('answer' in outcome) return outcome.answer;
      if (!outcome.retry || attempt + 1 >= attempts) throw outcome.error;
      const delay = delayBefore(attempt, outcome.retryAfter, random);
      onRetry?.(outcome.error.message, delay);
      await sleep(delay);
    }
  }

  private async attempt(
    request: HttpRequest,
    name: string,
  ): Promise<{ answer: unknown } | { error: Error; retry: boolean; retryAfter?: number | undefined }> {
    try {
      const response = await this.call(request);
      const body = await response.text();
      if (response.ok) return { answer: body === '' ? undefined : JSON.parse(body) };
      const retryAfter = retryAfterMilliseconds(response.headers.get('retry-after'));
      return {
        error: toApiError(name, response.status, body),
        retry: RETRYABLE.has(response.status),
        retryAfter,
      };
    } catch (error) {
      const retry = !(error instanceof SyntaxError);
      const found = retry
        ? `no answer from ${this.options.url}: ${explain(error)}`
        : 'the answer is not JSON';
      return { error: new ApiUnreachableError(`${name}: ${found}`, { cause: error }), retry };
    }
  }

  private call(request: HttpRequest): Promise<Response> {
    const { url, apiKey, fetch: fetchIt = fetch, timeoutMilliseconds = DEFAULT_TIMEOUT } = this.options;
    return fetchIt(targetOf(url, request), {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: request.body }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  }
}
