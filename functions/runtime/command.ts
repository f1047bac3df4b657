import type * as z from 'zod';
import type { Caller } from './authenticate.ts';
import { parseRequest } from './parse-request.ts';

/** Executes one operation from path parameters and body as they arrived; returns the body of the response. */
export type Command = (caller: Caller, params: unknown, body: unknown) => Promise<object>;

/** Ties an operation's schemas to the code that executes it. */
export const validated =
  <Params extends z.ZodObject, Body extends z.ZodType>(
    schemas: { readonly params: Params; readonly body: Body },
    execute: (caller: Caller, body: z.infer<Body>, params: z.infer<Params>) => Promise<object>,
  ): Command =>
  (caller, params, body) =>
    execute(caller, parseRequest(schemas.body, body), parseRequest(schemas.params, params));
