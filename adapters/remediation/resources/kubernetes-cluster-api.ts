/** The HTTP API of a Kubernetes cluster. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import {
  ConfigurationError,
  ConflictError,
  DependencyUnavailableError,
  InvalidInputError,
} from '../../../core/shared/errors.ts';
import { type Breaker, callThrough } from '../../../core/shared/resilience/breaker.ts';

/** A cluster as a service account sees it. */
export interface Cluster {
  readonly name: string;
  /** `https://…`; on this machine, plain HTTP is allowed. */
  readonly url: string;
  /** PEM. Clusters sign their certificates themselves; undefined: a public authority did. */
  readonly certificateAuthority?: string | undefined;
  readonly token: string;
  readonly breaker: Breaker;
}

export interface ClusterRequest {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on. */
  readonly path: string;
  readonly body?: Json;
  readonly contentType?:
    | 'application/strategic-merge-patch+json'
    | 'application/json-patch+json'
    | 'application/json';
}

const MAX_CALL_MS = 10_000;
/** Answers of the API are far smaller, even lists of ReplicaSets. */
const MAX_ANSWER_BYTES = 8_000_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** `fetch` cannot trust the authority of one cluster alone. */
const exchange = ({ url, certificateAuthority, token }: Cluster, sent: ClusterRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const target = new URL(sent.path, url);
    const content = sent.body === undefined ? undefined : JSON.stringify(sent.body);
    const options = {
      method: sent.method,
      signal: AbortSignal.timeout(MAX_CALL_MS),
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(content === undefined
          ? {}
          : {
              'content-type': sent.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(content),
            }),
      },
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    };
    const open = target.protocol === 'http:' ? httpRequest : httpsRequest;
    const request = open(target, options, (response) => {
      let bytes = 0;
      response.on('data', ({ length }: Buffer) => {
        bytes += length;
        if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error(`more than ${MAX_ANSWER_BYTES} bytes`));
      });
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.on('error', reject);
    request.end(content);
  });

const shown = ({ method, path }: ClusterRequest): string => `${method} ${path}`;

/** An API server explains itself in `message`. */
const messageOf = (body: string): string => {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {}
  return body.slice(0, 200);
};

const failureOf = (cluster: Cluster, sent: ClusterRequest, { status, body }: Answer): Error => {
  const reason = `cluster ${cluster.name}: ${shown(sent)} answered ${status}: ${messageOf(body)}`;
  if (status === 404) return new NotManagedError(reason);
  if (status === 401) return new ConfigurationError(`${reason}. Its token is not valid: store a new one`);
  if (status === 403)
    return new ConfigurationError(`${reason}. Grant this to the role of the service account of its token`);
  if (status === 409) return new ConflictError(reason);
  if (status === 408 || status === 429 || status >= 500) return new DependencyUnavailableError(reason);
  return new InvalidInputError(reason);
};

/**
 * @throws NotManagedError (404), ConfigurationError (401, 403), ConflictError (409), DependencyUnavailableError if the
 * cluster does not answer or is busy
 */
export const callCluster = (cluster: Cluster, sent: ClusterRequest): Promise<unknown> =>
  callThrough(cluster.breaker, async () => {
    const answer = await exchange(cluster, sent).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DependencyUnavailableError(`cluster ${cluster.name}: ${shown(sent)}: ${reason}`, { cause });
    });
    if (answer.status < 200 || answer.status > 299) throw failureOf(cluster, sent, answer);
    const body: unknown = JSON.parse(answer.body);
    return body;
  });
