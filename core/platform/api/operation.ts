import type * as z from 'zod';
import type { Permission } from '../permissions.ts';
import { NoParameters } from './parameters.ts';
import type { ProblemCode } from './problems.ts';
import type { QuotaName } from './quotas.ts';

/** The contexts that declare operations: the tags of the OpenAPI document. */
export const API_TAGS = [
  'platform',
  'metrics',
  'forecasts',
  'models',
  'anomalies',
  'incidents',
  'changes',
  'remediation',
] as const;
export type ApiTag = (typeof API_TAGS)[number];

/** The permission that a caller needs for an operation; `none`: the operation needs no caller. */
export type AccessNeed = Permission | 'none';

/** The functions behind the HTTP API, by the name of their folder. */
export const API_FUNCTIONS = [
  'receive-metrics',
  'start-forecast-run',
  'query-api',
  'command-incidents',
  'command-changes',
  'command-settings',
  'receive-webhook',
  'command-api-keys',
  'issue-access-token',
  'provision-people',
  'command-remediations',
] as const;
export type ApiFunctionName = (typeof API_FUNCTIONS)[number];

/**
 * One method on one path: what it takes, what it returns, the access it needs, and the function that serves it. The
 * routes of the gateway and of the functions and the OpenAPI document derive from it.
 */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Path template with `{parameters}`. */
  readonly path: `/v1/${string}`;
  /** Path of the gateway's route, if operations of one function share it. */
  readonly gatewayPath?: `/v1/${string}`;
  readonly tag: ApiTag;
  readonly summary: string;
  readonly needs: AccessNeed;
  readonly servedBy: ApiFunctionName;
  /** The quota of the caller's tenant that a request draws on; `none` only if the operation needs no access. */
  readonly quota: QuotaName | 'none';
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Headers that the OpenAPI document describes; the function reads them itself. */
  readonly headers?: z.ZodObject;
  /** The JSON body. */
  readonly body?: z.ZodType;
  /** A body that the function decodes itself: content type -> its schema. */
  readonly rawBody?: Readonly<Record<string, z.ZodType>>;
  /** Size of the largest body as sent, in bytes; by default `MAX_JSON_BYTES`. */
  readonly maxBodyBytes?: number;
  /**
   * Handling of an Idempotency-Key by a command. `stored-response`: the first response is stored and sent again;
   * `same-effect`: the command itself does nothing more if repeated. If omitted, it is safe to repeat without a key.
   */
  readonly idempotency?: 'stored-response' | 'same-effect';
  /** Media type and errors of SCIM (RFC 7644) instead of JSON and problem documents. */
  readonly dialect?: 'scim';
  readonly status: 200 | 201 | 202 | 204;
  /** Alternatives if a response has several shapes; empty if no schema describes it. */
  readonly responses: readonly z.ZodType[];
  /** Problems besides those that follow from the other fields. */
  readonly problems?: readonly ProblemCode[];
}

/** A tenant's settings with the maximum number of rules fit into it. */
export const MAX_JSON_BYTES = 512 * 1024;

/** Size of the largest body of an operation in bytes; 0 if it takes none. */
export const maxBodyBytesOf = ({ body, rawBody, maxBodyBytes = MAX_JSON_BYTES }: Operation): number =>
  body === undefined && rawBody === undefined ? 0 : maxBodyBytes;

/** Operations by id. */
export type Operations = Readonly<Record<string, Operation>>;

/** Fields that operations that read have in common. */
export const QUERY = {
  method: 'get',
  needs: 'read',
  servedBy: 'query-api',
  quota: 'readsPerMinute',
  params: NoParameters,
  query: NoParameters,
  status: 200,
} as const satisfies Partial<Operation>;
