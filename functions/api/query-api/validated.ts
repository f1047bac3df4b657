import type * as z from 'zod';
import type { Page } from '../../../core/shared/page.ts';
import { parseRequest } from '../../runtime/parse-request.ts';

export type Body = Readonly<Record<string, unknown>>;

/** Answers one operation from query and path parameters as they arrived. Open operations get an empty tenant. */
export type Answer = (tenantId: string, query: unknown, params: unknown) => Promise<Body>;

/** Ties an operation's schemas to what answers it. */
export const validated =
  <Query extends z.ZodObject, Params extends z.ZodObject>(
    schemas: { readonly query: Query; readonly params: Params },
    respond: (tenantId: string, query: z.infer<Query>, params: z.infer<Params>) => Promise<Body>,
  ): Answer =>
  async (tenantId, query, params) =>
    respond(tenantId, parseRequest(schemas.query, query), parseRequest(schemas.params, params));

/** One page of a list as the API shows it. */
export const presentPage = <Item, Shown>(
  { items, nextCursor }: Page<Item>,
  present: (item: Item) => Shown,
) => ({
  items: items.map(present),
  ...(nextCursor === undefined ? {} : { nextCursor }),
});
