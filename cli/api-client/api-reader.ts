import type * as z from 'zod';
import { describeIssues } from '../../core/shared/describe-issues.ts';
import { pageOf } from './answers.ts';
import { ApiUnreachableError } from './api-error.ts';
import { type HttpOptions, type HttpRequest, HttpSender } from './http.ts';

const PAGE_SIZE = 100;

export const withJson = (method: 'POST' | 'PUT', path: string, value: unknown): HttpRequest => ({
  method,
  path,
  headers: { 'content-type': 'application/json' },
  body: Uint8Array.from(Buffer.from(JSON.stringify(value))),
});

/** Reads validated responses of the HTTP API; every method throws ApiRequestError or ApiUnreachableError. */
export abstract class ApiReader {
  protected readonly http: HttpSender;

  constructor(options: HttpOptions) {
    this.http = new HttpSender(options);
  }

  protected async *list<Item extends z.ZodType>(
    item: Item,
    path: string,
    query: NonNullable<HttpRequest['query']>,
    most = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<z.infer<Item>, void, void> {
    let cursor: string | undefined;
    let given = 0;
    do {
      const limit = Math.min(PAGE_SIZE, most - given);
      const page = await this.read(pageOf(item), { method: 'GET', path, query: { ...query, limit, cursor } });
      for (const next of page.items) {
        if (given++ >= most) return;
        yield next;
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && given < most);
  }

  protected async read<Schema extends z.ZodType>(
    schema: Schema,
    request: HttpRequest,
  ): Promise<z.infer<Schema>> {
    const parsed = schema.safeParse(await this.http.send(request));
    if (parsed.success) return parsed.data;
    const found = describeIssues(parsed.error);
    throw new ApiUnreachableError(`${request.method} ${request.path}: unexpected response\n${found}`);
  }
}
