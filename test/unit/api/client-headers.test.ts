/** The headers that web pages may send (`CLIENT_HEADERS`) are those that the functions behind the API read. */
import { describe, expect, it, vi } from 'vitest';
import { OPERATIONS } from '../../../core/api/operations.ts';
import type { Operation } from '../../../core/platform/api/operation.ts';
import { CLIENT_HEADERS } from '../../../core/platform/api/request-headers.ts';
import { FIRST_GENERATION } from '../../../core/platform/secrets/webhook-generation.ts';
import { authenticate } from '../../../functions/runtime/authenticate.ts';
import type { RequestHeaders } from '../../../functions/runtime/http-request.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { httpEvent } from '../../fixtures/http-events.ts';
import { handlerOf, pathOf } from '../../harness/every-handler.ts';

const { namesRead } = vi.hoisted(() => ({ namesRead: new Set<string>() }));

/** Headers that remember the names by which they are read. */
const remembering = (headers: RequestHeaders): RequestHeaders =>
  new Proxy(headers, {
    get: (own, name, receiver) => {
      if (typeof name === 'string') namesRead.add(name);
      return Reflect.get(own, name, receiver);
    },
    // A search through all names is no read of each.
    ownKeys: () => [],
  });

vi.mock('../../../functions/runtime/http-request.ts', async (load) => {
  const real = await load<typeof import('../../../functions/runtime/http-request.ts')>();
  const readHttpRequest = (event: unknown) => {
    const request = real.readHttpRequest(event);
    return { ...request, headers: remembering(request.headers) };
  };
  return { ...real, readHttpRequest };
});

/** Headers that pages have no reason to send. */
const NOT_OF_PAGES = [
  // Systems that sign webhooks send them.
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  ...['x-slack-request-timestamp', 'x-slack-signature'],
  // CloudFront sets it.
  'x-forwarded-for',
];
/** Not read by functions. */
const OF_AWS = ['x-amzn-trace-id'];

const nobody = { find: async () => undefined };
/** Someone with all permissions in two tenants, who therefore names one of them. */
const ada = { name: 'ada', groups: ['acme.admin', 'globex.admin'], expiresAt: 10 };
const { telemetry } = recordedTelemetry();
const first = async () => FIRST_GENERATION;
const known = {
  authenticate: authenticate({
    ...{ keys: nobody, uses: { record: async () => {} }, telemetry, now: () => 0 },
    people: { verify: async () => ada },
  }),
  quotas: { take: async () => true, takeEach: async () => [], charge: async () => {}, isSpent: () => false },
  rings: {
    read: async () => ({ current: { id: 'v1', key: 'k'.repeat(64), createdAt: 0 } }),
    readAgain: async () => ({ current: { id: 'v1', key: 'k'.repeat(64), createdAt: 0 } }),
  },
  generations: { get: first, getNow: first, getAgain: first },
  settings: { get: async () => ({}) },
  isBehindCloudFront: true,
};

const readBy = async ({ method, servedBy, body, rawBody, ...more }: Operation): Promise<void> => {
  const [type = 'application/json'] = Object.keys(rawBody ?? {});
  const event = httpEvent(method.toUpperCase(), pathOf({ method, servedBy, ...more }), {
    headers: { authorization: 'Bearer aa.bb.cc', 'forestall-tenant': 'acme', 'content-type': type },
    body: body === undefined && rawBody === undefined ? '' : '{}',
  });
  await handlerOf(servedBy, [], known).handler(event);
};

describe('the headers that web pages may send', () => {
  it('are all that the operations read, apart from those that pages do not set', async () => {
    for (const operation of Object.values<Operation>(OPERATIONS)) await readBy(operation);
    const expected = [...CLIENT_HEADERS.filter((name) => !OF_AWS.includes(name)), ...NOT_OF_PAGES];
    expect(new Set(namesRead)).toEqual(new Set(expected));
  });
});
