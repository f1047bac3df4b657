/** Errors as problem details (RFC 9457): the only place that maps an error to a status and a code. */
import {
  InvalidRequestError,
  NotFoundError,
  type ProblemDetails,
  ProblemError,
} from '../../core/platform/api/errors.ts';
import { PROBLEMS, type ProblemCode, type ProblemField } from '../../core/platform/api/problems.ts';
import {
  ConflictError,
  DependencyUnavailableError,
  InvalidInputError,
  RefusedByStoreError,
  TooLargeError,
} from '../../core/shared/errors.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { cutText, MAX_SHOWN_ITEMS } from '../../core/shared/text.ts';
import { HttpReply } from './http-reply.ts';

/** Seconds after which a client may repeat a request that a dependency failed. */
const RETRY_SECONDS = 5;

/** Details that repeat what a sender wrote stay far below the 6 MB that Lambda may answer. */
const [MAX_DETAIL, MAX_FIELD] = [1000, 300];

const shown = ({ field, code, message }: ProblemField): ProblemField => ({
  ...{ field: cutText(field, MAX_FIELD), code, message: cutText(message, MAX_DETAIL) },
});

const problemReply = (
  code: ProblemCode,
  detail: string,
  { errors = [], headers = {} }: ProblemDetails = {},
): HttpReply => {
  const { status, title } = PROBLEMS[code];
  const type = `https://forestall.dev/problems/${code}`;
  const listed = errors.slice(0, MAX_SHOWN_ITEMS).map(shown);
  const body = {
    ...{ type, title, status, detail: cutText(detail, MAX_DETAIL), code },
    ...(listed.length === 0 ? {} : { errors: listed }),
  };
  return new HttpReply(
    status,
    { 'content-type': 'application/problem+json', ...headers },
    JSON.stringify(body),
  );
};

const fieldsOf = (error: InvalidInputError): readonly ProblemField[] => {
  if (error instanceof InvalidRequestError) return error.errors;
  return error.field === undefined ? [] : [{ field: error.field, code: 'invalid', message: error.message }];
};

export interface FailedRequest {
  readonly telemetry: Telemetry;
  /** Logged with an error of Forestall or its dependencies. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const NOT_STORABLE =
  'The request holds a value that cannot be stored, such as a number out of range or a name that is too long.';

const replyToFailure = (error: unknown): HttpReply =>
  error instanceof DependencyUnavailableError
    ? problemReply('temporarily-unavailable', 'A dependency throttles or is down. Send the request again.', {
        headers: { 'retry-after': String(RETRY_SECONDS) },
      })
    : problemReply('internal-error', 'The request failed because of an error in Forestall.');

/** The reply to a failed request. Unexpected errors are logged in full and hidden from the caller. */
export const replyToError = (error: unknown, { telemetry, fields }: FailedRequest): HttpReply => {
  if (error instanceof ProblemError) return problemReply(error.code, error.message, error);
  if (error instanceof NotFoundError) return problemReply('not-found', error.message);
  if (error instanceof TooLargeError) return problemReply('body-too-large', error.message);
  if (error instanceof RefusedByStoreError) {
    telemetry.info('request refused by a store', { ...fields, reason: error.message });
    return problemReply('invalid-request', NOT_STORABLE);
  }
  if (error instanceof InvalidInputError) {
    return problemReply('invalid-request', error.message, { errors: fieldsOf(error) });
  }
  if (error instanceof ConflictError) return problemReply('conflict', error.message);
  telemetry.count('RequestsFailed');
  telemetry.error('request failed', fields, error);
  return replyToFailure(error);
};
