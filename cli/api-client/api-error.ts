import * as z from 'zod';
import { ForestallError } from '../../core/shared/errors.ts';
import { withoutControl } from '../terminal/text-width.ts';

/** An invalid field (`points[3].value`) or line (`line 7`) of a request. */
export interface ProblemField {
  readonly field?: string | undefined;
  readonly code?: string | undefined;
  readonly message: string;
}

const ProblemBody = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  errors: z
    .array(
      z.looseObject({
        field: z.string().optional(),
        code: z.string().optional(),
        message: z.string(),
      }),
    )
    .optional(),
});

const SHOWN_FIELDS = 5;
const SHOWN_BODY = 200;

/** An error response, as problem+json or otherwise. The message can be shown to people. */
export class ApiRequestError extends ForestallError {
  override readonly name = 'ApiRequestError';
  readonly status: number;
  readonly code: string | undefined;
  readonly errors: readonly ProblemField[];

  constructor(message: string, status: number, code?: string, errors: readonly ProblemField[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** No response: connection refused, timeout or unknown host. */
export class ApiUnreachableError extends ForestallError {
  override readonly name = 'ApiUnreachableError';
}

/** An error message with its field or line, if known. */
export const describeField = (field: string | undefined, message: string): string =>
  withoutControl(field === undefined ? message : `${field}: ${message}`);

const describeFields = (errors: readonly ProblemField[]): string => {
  const shown = errors
    .slice(0, SHOWN_FIELDS)
    .map((error) => `\n  ${describeField(error.field, error.message)}`);
  const more = errors.length > SHOWN_FIELDS ? `\n  and ${errors.length - SHOWN_FIELDS} more` : '';
  return shown.join('') + more;
};

/** A hint for the user, if there is one. */
const hintFor = (status: number): string => {
  if (status === 401) return ' (set the key with FORESTALL_API_KEY or --key-file)';
  return status === 404 ? ' (check the id, and --url)' : '';
};

const parseProblem = (body: string): z.infer<typeof ProblemBody> | undefined => {
  try {
    return ProblemBody.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};

/** Converts an error response into an error whose message names the request, the reason and the invalid fields. */
export const toApiError = (request: string, status: number, body: string): ApiRequestError => {
  const problem = parseProblem(body);
  const reason = withoutControl(problem?.detail ?? problem?.title ?? body.slice(0, SHOWN_BODY).trim());
  const errors = problem?.errors ?? [];
  const added = errors.filter(({ message }) => message !== problem?.detail);
  const message = `${request}: ${status} ${reason}${hintFor(status)}${describeFields(added)}`;
  return new ApiRequestError(message, status, problem?.code, errors);
};
