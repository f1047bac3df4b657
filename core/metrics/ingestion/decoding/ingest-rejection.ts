import { InvalidInputError } from '../../../shared/errors.ts';

/** Reasons to reject a whole request; the HTTP API maps each to a status. */
export const REJECTION_CODES = [
  'malformed-body',
  'tenant-mismatch',
  'body-too-large',
  'unsupported-content-type',
  'invalid-content',
  'no-usable-points',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** One offending field (`points[3].value`) or line (`line 7`). */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** The request as a whole is rejected. `errors` holds the first offending fields. */
export class IngestRejection extends InvalidInputError {
  readonly code: RejectionCode;
  readonly errors: readonly FieldError[];
  constructor(
    code: RejectionCode,
    message: string,
    options: { readonly errors?: readonly FieldError[]; readonly cause?: unknown } = {},
  ) {
    const field = options.errors?.[0]?.field;
    super(message, { ...(field === undefined ? {} : { field }), cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
  }
}
