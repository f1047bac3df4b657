import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Access } from '../../../../core/platform/abuse/access-counter.ts';
import { senderAddress } from '../../../../functions/runtime/sender-address.ts';
import { serveHttp } from '../../../../functions/runtime/serve-http.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';

const EDGE = '130.176.0.9';
const request = (forwarded: string | undefined) => ({
  sourceIp: EDGE,
  headers: { 'x-forwarded-for': forwarded },
});

describe('the address of a sender', () => {
  it('is that of the connection, whatever a sender claims', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), (claim) => {
        expect(senderAddress(request(claim), false)).toBe(EDGE);
      }),
    );
  });

  it('is the one that CloudFront appended, whatever a sender claims before it', () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4()), fc.ipV4(), fc.boolean(), (claims, sender, gatewayAppends) => {
        fc.pre(sender !== EDGE);
        const listed = [...claims, sender, ...(gatewayAppends ? [EDGE] : [])].join(', ');
        expect(senderAddress(request(listed), true)).toBe(sender);
      }),
    );
  });

  it.each([undefined, '', EDGE, ' , '])(
    'is that of the connection if CloudFront names none: %j',
    (forwarded) => {
      expect(senderAddress(request(forwarded), true)).toBe(EDGE);
    },
  );
});

it.each([
  [true, '203.0.113.7'],
  [false, '192.0.2.1'],
])('the search for abuse counts it: behind CloudFront %s', async (isBehindCloudFront, sourceIp) => {
  const counted: Access[] = [];
  const handler = serveHttp(
    {},
    {
      authenticate: async () => undefined,
      quotas: memoryQuotas({}),
      now: () => 0,
      telemetry: recordedTelemetry().telemetry,
      countAccess: (access) => void counted.push(access),
      isBehindCloudFront,
    },
  );
  await handler(
    httpEvent('GET', '/v1/x', { headers: { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7, 192.0.2.1' } }),
  );
  expect(counted).toMatchObject([{ sourceIp, status: 404 }]);
});
