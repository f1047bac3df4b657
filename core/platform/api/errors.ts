/** Errors that are answered with a problem of their own. */
import type * as z from 'zod';
import { issuesOf } from '../../shared/describe-issues.ts';
import { ForestallError, InvalidInputError } from '../../shared/errors.ts';
import type { ProblemCode, ProblemField } from './problems.ts';

/** A request that does not match its schema; `errors` names the first fields. */
export class InvalidRequestError extends InvalidInputError {
  readonly errors: readonly ProblemField[];
  constructor(error: z.ZodError) {
    const errors = issuesOf(error);
    const { field = 'request', message = 'invalid' } = errors[0] ?? {};
    super(`${field}: ${message}`, { field, cause: error });
    this.errors = errors;
  }
}

/** The requested item does not exist or belongs to another tenant; callers must not be able to distinguish the two. */
export class NotFoundError extends InvalidInputError {}

export interface ProblemDetails {
  readonly errors?: readonly ProblemField[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Any other problem that the API answers with; `message` is its detail. */
export class ProblemError extends ForestallError {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: readonly ProblemField[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: ProblemCode, message: string, { errors = [], headers = {}, cause }: ProblemDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}
