import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { senderAddress } from '../../../../functions/runtime/sender-address.ts';

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
