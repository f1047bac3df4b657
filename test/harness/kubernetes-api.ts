/**
 * A faithful part of a Kubernetes API server, over HTTP: tokens with the rules of their role, patches as the API applies
 * them, preconditions, and what the controllers of Deployments and ReplicaSets do once they are let to.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ClusterRule } from '../../core/remediation/action.ts';
import { ClusterState, Refused } from './kubernetes-state.ts';

export interface KubernetesApi {
  readonly url: string;
  readonly state: ClusterState;
  /** A token whose role has these rules. */
  issue(token: string, rules: readonly ClusterRule[]): void;
  /** Answers every request with this status, until `undefined`. */
  failWith(status: number | undefined): void;
  /** Requests that changed something, as `PATCH /apis/…`. */
  readonly changes: readonly string[];
  close(): void;
}

const PATH =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/v1)\/namespaces\/(?<namespace>[^/]+)\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?$/;
const VERBS: Readonly<Record<string, string>> = { GET: 'get', PATCH: 'patch', DELETE: 'delete' };

const statusObject = (code: number, message: string) => ({
  ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message },
});

export const startKubernetesApi = async (): Promise<KubernetesApi> => {
  const tokens = new Map<string, readonly ClusterRule[]>();
  const state = new ClusterState();
  const changes: string[] = [];
  let failure: number | undefined;

  const authorise = ({ headers }: IncomingMessage, group: string, resource: string, verb: string): void => {
    const rules = tokens.get((headers.authorization ?? '').replace('Bearer ', ''));
    if (rules === undefined) throw new Refused(401, 'Unauthorized');
    const isAllowed = rules.some(
      (rule) => rule.apiGroup === group && rule.resource === resource && rule.verbs.includes(verb),
    );
    if (!isAllowed)
      throw new Refused(403, `${resource}.${group} is forbidden: cannot ${verb} resource "${resource}"`);
  };

  const answer = (request: IncomingMessage, body: string): unknown => {
    if (failure !== undefined) throw new Refused(failure, 'the server is unable to handle the request');
    const { method = 'GET', url = '/' } = request;
    const match = PATH.exec(url);
    if (match?.groups === undefined)
      throw new Refused(404, 'the server could not find the requested resource');
    const { group = '', namespace = '', resource = '', name } = match.groups;
    const verb = name === undefined ? 'list' : (VERBS[method] ?? 'none');
    authorise(request, group, resource, verb);
    if (verb === 'list') return { kind: 'List', items: state.list(resource, namespace) };
    const key = { resource, namespace, name: name ?? '' };
    if (verb === 'get') return state.get(key);
    const sent: unknown = body === '' ? {} : JSON.parse(body);
    changes.push(`${method} ${url}`);
    return verb === 'delete'
      ? state.remove(key, sent)
      : state.patch(key, request.headers['content-type'] ?? '', sent);
  };

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const reply = (code: number, content: unknown): void => {
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(content));
    };
    try {
      reply(200, answer(request, body));
    } catch (error) {
      if (error instanceof Refused) reply(error.code, statusObject(error.code, error.message));
      else reply(500, statusObject(500, String(error)));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, state, changes },
    issue: (token, rules) => void tokens.set(token, rules),
    failWith: (status) => {
      failure = status;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
