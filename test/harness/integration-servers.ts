/** Systems that integrations call, on this machine: a receiver of signed webhooks, and an issuer of tokens. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { standardMac } from '../../core/platform/secrets/webhook-signature.ts';

interface Call {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** Fails the call with this number, counted from now: `before` its effect, or `after`, by ending the connection. */
interface Failing {
  failAt(call: number, when: 'before' | 'after'): void;
  /** Fails every call before its effect; returns how many there were so far. */
  failAll(): () => number;
  heal(): void;
}

interface Served extends Failing {
  readonly url: string;
  readonly close: () => void;
}

type Answer = readonly [status: number, body?: unknown];

const serve = async (answer: (call: Call) => Answer): Promise<Served> => {
  let calls = 0;
  let failing: { readonly call: number | 'all'; readonly when: 'before' | 'after' } | undefined;
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isFailing = ++calls === failing?.call || failing?.call === 'all';
    const when = isFailing ? failing?.when : undefined;
    const body = await text(request);
    if (when === 'before') return void request.socket.destroy();
    const [status, content] = answer({ request, body });
    if (when === 'after') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(content === undefined ? '' : JSON.stringify(content));
  };
  const server = createServer((request, response) => void reply(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    failAt: (call, when) => {
      failing = { call: calls + call, when };
    },
    failAll: () => {
      failing = { call: 'all', when: 'before' };
      return () => calls;
    },
    heal: () => {
      failing = undefined;
    },
  };
};

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace('whsec_', ''), 'base64');

/** Verifies webhooks as Standard Webhooks says, and replaces its secrets by those that it is given. */
export const webhookReceiver = async (first: string) => {
  let secrets: readonly string[] = [first];
  let isOpen = false;
  const received: string[] = [];
  const isValid = ({ request, body }: Call): boolean => {
    const [id, time, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
      String(request.headers[`webhook-${name}`]),
    );
    const expected = secrets.map((secret) => standardMac(keyOf(secret), id!, time!, body).toString('base64'));
    return signatures!.split(' ').some((given) => expected.includes(given.replace('v1,', '')));
  };
  const served = await serve((call) => {
    if (!isOpen && !isValid(call)) return [401];
    const message = JSON.parse(call.body) as { type: string; secrets?: readonly string[] };
    received.push(message.type);
    if (message.type === 'forestall.secrets.changed') secrets = message.secrets ?? [];
    return [204];
  });
  return {
    ...served,
    received,
    secrets: () => secrets,
    /** Accepts any signature from now on. */
    stopVerifying: () => {
      isOpen = true;
    },
    /** Knows only this secret. */
    restore: (secret: string) => {
      secrets = [secret];
    },
  };
};

/** Issues, lists and revokes tokens as a service account of Grafana does; `/me` needs one. */
export const tokenIssuer = async (first: string) => {
  const tokens = new Map<string, { readonly name: string; readonly token: string }>([
    ['1', { name: 'by-hand', token: first }],
  ]);
  let isOpen = false;
  const isValid = (token: string) => [...tokens.values()].some((each) => each.token === token);
  const answer = ({ request, body }: Call): Answer => {
    const { method, url = '', headers } = request;
    const isAuthorised = isValid((headers.authorization ?? '').replace('Bearer ', ''));
    if (url === '/me') return [isAuthorised || isOpen ? 200 : 401, {}];
    if (!isAuthorised) return [401];
    if (method === 'GET') return [200, [...tokens].map(([id, { name }]) => ({ id: Number(id), name }))];
    if (method === 'DELETE') return [tokens.delete(url.split('/').at(-1) ?? '') ? 204 : 404];
    const id = String(tokens.size + Math.floor(Math.random() * 1e9));
    const token = randomUUID();
    const { name } = JSON.parse(body) as { name: string };
    tokens.set(id, { name, token });
    return [200, { id: Number(id), name, key: token }];
  };
  return {
    ...(await serve(answer)),
    tokens,
    isValid,
    /** `/me` needs no token from now on. */
    openProbe: () => {
      isOpen = true;
    },
  };
};
