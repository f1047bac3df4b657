/** Everything that can go wrong with a request, as problem details (RFC 9457). */
import * as z from 'zod';
import { named } from './components.ts';

interface Kind {
  readonly status: number;
  /** Summary of the kind of problem; the same in every response. */
  readonly title: string;
}

/** Problems by their stable code. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'Invalid request' },
  'malformed-body': { status: 400, title: 'Malformed body' },
  unauthorized: { status: 401, title: 'Not authenticated' },
  'invalid-signature': { status: 401, title: 'Signature missing or wrong' },
  forbidden: { status: 403, title: 'Permission missing' },
  'tenant-mismatch': { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-format': { status: 404, title: 'Unknown format' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-in-progress': { status: 409, title: 'Request in progress' },
  conflict: { status: 409, title: 'Conflict' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'unsupported-content-type': { status: 415, title: 'Unsupported content type' },
  'unsupported-encoding': { status: 415, title: 'Unsupported content encoding' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key used for another request' },
  'invalid-content': { status: 422, title: 'Invalid content' },
  'no-usable-points': { status: 422, title: 'No usable points' },
  'quota-exceeded': { status: 429, title: 'Quota exceeded' },
  'internal-error': { status: 500, title: 'Internal error' },
  'temporarily-unavailable': { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One invalid field (`points[3].value`) or line (`line 7`). */
export const ProblemField = z.object({ field: z.string(), code: z.string(), message: z.string() });
export type ProblemField = z.infer<typeof ProblemField>;

export const Problem = named(
  'Problem',
  z.object({
    type: z.url().describe('Identifies the kind of problem; ends in `code`'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('What happened and what to do, for people'),
    code: z.string().describe('Stable name of the kind of problem'),
    errors: z.array(ProblemField).optional(),
  }),
);
