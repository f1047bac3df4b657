/** What holds for every answer of the API: its headers, whatever went wrong, and the limit of every body. */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../core/api/operations.ts';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { API_FUNCTIONS, maxBodyBytesOf, type Operation } from '../../../core/platform/api/operation.ts';
import { permissionsOf, SCOPES } from '../../../core/platform/permissions.ts';
import { httpEvent } from '../../fixtures/http-events.ts';
import { handlerOf, pathOf } from '../../harness/every-handler.ts';

const all: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
const withBody = all.filter(([, operation]) => maxBodyBytesOf(operation) > 0);

const HEADERS = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-request-id': 'JKJaXmPLvHcESHA=',
};

/** Quotas without limits. */
const quotas = {
  take: async () => true,
  takeEach: async () => [],
  charge: async () => {},
  isSpent: () => false,
};

describe.each(all)('an answer of %s', (_, operation) => {
  const { method, servedBy } = operation;
  const event = httpEvent(method.toUpperCase(), pathOf(operation), { body: method === 'get' ? '' : '{' });

  it('has the security headers and the id of its request, whoever asks and whatever fails', async () => {
    const statuses = new Set<number>();
    for (const scopes of [undefined, [], SCOPES]) {
      // With quotas, the request reaches stores that fail; without, the quota fails.
      for (const known of [{}, { quotas }]) {
        const { statusCode, headers } = await handlerOf(servedBy, scopes, known).handler(event);
        expect(headers).toMatchObject(HEADERS);
        statuses.add(statusCode);
      }
    }
    expect(Math.max(...statuses)).toBeGreaterThanOrEqual(operation.needs === 'none' ? 200 : 400);
  });
});

describe.each(API_FUNCTIONS)('an answer of %s', (fn) => {
  it.each([
    ['to an unknown address', httpEvent('GET', '/v1/nothing/at/all')],
    ['to an unknown method', httpEvent('TRACE', '/v1/health')],
    ['to OPTIONS', httpEvent('OPTIONS', '/v1/targets')],
  ])('%s has them, too', async (_, event) => {
    const { headers } = await handlerOf(fn, SCOPES).handler(event);
    expect(headers).toMatchObject(HEADERS);
  });
});

describe.each(withBody)('the body of %s', (_, operation) => {
  const { method, servedBy, rawBody, needs } = operation;
  const limit = maxBodyBytesOf(operation);
  const [type = 'application/json'] = Object.keys(rawBody ?? {});
  const permissions = permissionsOf('admin').filter((permission) => permission === needs);
  const rings = { read: async () => ({}), readAgain: async () => ({}) };

  it(`is refused above ${limit} bytes, before it is parsed or anything is stored`, async () => {
    const settings = { get: async () => ({}) };
    const known = { quotas, rings, settings, limits: INGEST_LIMITS, maxBlocks: 1, retentionDays: 35 };
    const { handler, lines } = handlerOf(servedBy, permissions, known);
    const body = ' '.repeat(limit + 1);
    const { statusCode } = await handler(
      httpEvent(method.toUpperCase(), pathOf(operation), { body, headers: { 'content-type': type } }),
    );
    expect(statusCode).toBe(413);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
