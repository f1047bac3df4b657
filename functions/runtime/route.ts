import type * as z from 'zod';
import { MAX_ANSWER_BYTES } from '../../core/platform/api/answer-size.ts';
import { InvalidRequestError, ProblemError } from '../../core/platform/api/errors.ts';
import type { ApiFunctionName, Operation, Operations } from '../../core/platform/api/operation.ts';
import type { Identity } from '../../core/platform/identity.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { HttpReply, jsonReply } from './http-reply.ts';
import { type HttpRequest, jsonOf, queryOf } from './http-request.ts';

/** A request whose parts match the schemas of its operation. */
export interface Call<Op extends Operation> {
  /** Undefined only if the operation needs no access. */
  readonly caller: Op['needs'] extends 'none' ? undefined : Identity;
  readonly params: z.infer<Op['params']>;
  readonly query: z.infer<Op['query']>;
  readonly body: Op extends { readonly body: infer Body extends z.ZodType } ? z.infer<Body> : undefined;
  readonly request: HttpRequest;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

export interface RoutedRequest {
  readonly request: HttpRequest;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Identity | undefined;
}

/** An operation together with the code that executes it. */
export interface Route {
  readonly operation: Operation;
  /** Checks a request and returns its execution. @throws InvalidRequestError naming each invalid field */
  readonly prepare: (routed: RoutedRequest) => (receivedAt: number) => Promise<HttpReply>;
}

/** Zod exceeds the call stack if it finds more than some hundred thousand issues. */
const tryParse = <Schema extends z.ZodType>(schema: Schema, input: unknown) => {
  try {
    return schema.safeParse(input);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ProblemError('invalid-content', 'the request has too many invalid values to list', { cause });
  }
};

const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> => {
  const parsed = tryParse(schema, input);
  if (!parsed.success) throw new InvalidRequestError(parsed.error);
  return parsed.data;
};

/** @throws InvalidInputError if the response is larger than Lambda returns */
const withinLimit = (reply: HttpReply): HttpReply => {
  const bytes = Buffer.byteLength(reply.body);
  if (bytes <= MAX_ANSWER_BYTES) return reply;
  throw new InvalidInputError(
    `the response would have ${bytes} bytes; the limit is ${MAX_ANSWER_BYTES}: request fewer items or a shorter range`,
  );
};

/** Ties an operation to its execution, which returns the JSON body of the response or a whole reply. */
export const route = <const Op extends Operation>(
  operation: Op,
  execute: (call: Call<Op>) => Promise<object>,
): Route => ({
  operation,
  prepare: ({ request, params, caller }) => {
    const parts = {
      ...{ request, caller },
      query: parse(operation.query, queryOf(request)),
      params: parse(operation.params, params),
      body: operation.body && parse(operation.body, jsonOf(request)),
    };
    return async (receivedAt) => {
      // Parsed by the schemas that `Call` infers its types from; the caller is known unless the operation needs no access.
      const result = await execute({ ...parts, receivedAt } as Call<Op>);
      return withinLimit(result instanceof HttpReply ? result : jsonReply(operation.status, result));
    };
  },
});

type IdOf<Ops extends Operations, Name extends ApiFunctionName> = {
  [Id in keyof Ops]: Ops[Id]['servedBy'] extends Name ? Id : never;
}[keyof Ops];

/** A route for each of the operations that a function serves, by operation id. */
export type RoutesOf<Ops extends Operations, Name extends ApiFunctionName> = Readonly<
  Record<IdOf<Ops, Name>, Route>
>;
