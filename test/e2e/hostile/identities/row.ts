/** Rows of the hostile suite for identities. A new row needs nothing but one line in a table. */
import type { PROBLEMS, ProblemCode } from '../../../../core/platform/api/problems.ts';
import type { Held } from './held.ts';

export interface Sent {
  /** Default: GET. */
  readonly method?: string;
  /** As it is sent: nothing is encoded or normalised. */
  readonly path: string;
  /** A name may be repeated. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
}

/** Bytes as they go over the connection, for requests that no HTTP client sends. `{host}` is replaced. */
export interface SentBytes {
  readonly bytes: string;
}

/** Status and code of a problem; `gateway`: the request reaches no function, so the answer is not a problem document. */
export type Expected =
  | { [Code in ProblemCode]: `${(typeof PROBLEMS)[Code]['status']} ${Code}` }[ProblemCode]
  | `${number} gateway`;

/** Name, expected answer, request. */
export type Row = readonly [name: string, expected: Expected, request: (held: Held) => Sent | SentBytes];

export const json = ['content-type', 'application/json'] as const;

export const withBearer = (credential: string, path = '/v1/targets', more: Partial<Sent> = {}): Sent => ({
  ...{ path, ...more },
  headers: [['authorization', `Bearer ${credential}`], json, ...(more.headers ?? [])],
});

/** A command with a JSON body. */
export const command = (credential: string, method: string, path: string, body: unknown): Sent =>
  withBearer(credential, path, { method, body: typeof body === 'string' ? body : JSON.stringify(body) });
