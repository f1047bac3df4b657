import type * as z from 'zod';

/** One method on one path: what it takes, what it answers and who may call it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put';
  /** Path template with `{parameters}`. */
  readonly path: string;
  readonly summary: string;
  /** Needs no API key. */
  readonly open?: true;
  /** Takes an Idempotency-Key, so that sending it again does nothing more. */
  readonly repeatable?: true;
  /** JSON that the request carries. */
  readonly body?: z.ZodType;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly status: 200 | 202;
  /** Alternatives, where an answer has several shapes; none where it is not described by a schema. */
  readonly answers: readonly z.ZodType[];
}
