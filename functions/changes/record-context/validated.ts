import type * as z from 'zod';
import type { Caller } from '../../runtime/authenticate.ts';
import { parseRequest } from '../../runtime/parse-request.ts';

/** Carries out one operation, from path parameters and body as they arrived; returns the answer's body. */
export type Record = (caller: Caller, params: unknown, body: unknown) => Promise<object>;

/** Ties an operation's schemas to what carries it out. */
export const validated =
  <Params extends z.ZodObject, Body extends z.ZodType>(
    schemas: { readonly params: Params; readonly body: Body },
    record: (caller: Caller, body: z.infer<Body>, params: z.infer<Params>) => Promise<object>,
  ): Record =>
  (caller, params, body) =>
    record(caller, parseRequest(schemas.body, body), parseRequest(schemas.params, params));
