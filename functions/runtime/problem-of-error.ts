import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod';
import { ConflictError, DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { type ProblemField, problem } from './problem.ts';

/** A request that does not match its schema; `errors` names each field. */
export class InvalidRequestError extends InvalidInputError {
  readonly errors: readonly ProblemField[];
  constructor(error: z.ZodError) {
    const errors = error.issues.map(({ path, code, message, ...issue }) => {
      const unknown = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.join(', ') : '';
      return { field: path.length > 0 ? path.join('.') : unknown, code: code ?? 'invalid', message };
    });
    const first = errors[0];
    super(`${first?.field ?? 'request'}: ${first?.message ?? 'not as expected'}`, {
      field: first?.field ?? 'request',
      cause: error,
    });
    this.errors = errors;
  }
}

/** What was asked for does not exist, or belongs to somebody else: the two must not be told apart. */
export class NotFoundError extends InvalidInputError {}

const fieldsOf = (error: InvalidInputError): readonly ProblemField[] => {
  if (error instanceof InvalidRequestError) return error.errors;
  return error.field === undefined ? [] : [{ field: error.field, code: 'invalid', message: error.message }];
};

/** The answer to a request that failed. Unforeseen errors go to the log whole and to the caller not at all. */
export const problemOfError = (error: unknown, telemetry: Telemetry): APIGatewayProxyStructuredResultV2 => {
  if (error instanceof NotFoundError) return problem(404, 'not-found', error.message);
  if (error instanceof InvalidInputError) {
    return problem(400, 'invalid-request', error.message, { errors: fieldsOf(error) });
  }
  if (error instanceof ConflictError) return problem(409, 'conflict', error.message);
  telemetry.count('RequestFailed');
  telemetry.error('the request failed', {}, error);
  if (error instanceof DependencyUnavailableError) {
    return problem(503, 'dependency-unavailable', 'Try again in a moment.', {
      headers: { 'retry-after': '2' },
    });
  }
  return problem(500, 'internal-error', 'Something went wrong on our side.');
};
