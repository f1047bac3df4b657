import { describe, expect, it } from 'vitest';
import type { KeyRing, KeyVersion } from '../../../../core/platform/secrets/key-ring.ts';
import { makeHandler } from '../../../../functions/platform/authorize-origin/handler.ts';

const version = (id: string): KeyVersion => ({ id, key: `${id}-`.padEnd(64, 'k'), createdAt: 0 });
const [current, previous, next] = [version('current'), version('previous'), version('next')];

/** A ring as it was read, and as it is when it is read again. */
const setup = (ring: KeyRing, again = ring) => {
  let reads = 0;
  const readAgain = async () => {
    reads += 1;
    return again;
  };
  const rings = { read: async () => ring, readAgain };
  return { authorize: makeHandler({ rings }), reads: () => reads };
};
const request = (value: string) => ({ version: '2.0', type: 'REQUEST', identitySource: [value] });

describe('the gate of the gateway', () => {
  it.each([
    ['the current secret', current],
    ['the one before, which CloudFront sends until it is deployed', previous],
  ])('lets a request with %s through', async (_, { key }) => {
    const { authorize, reads } = setup({ current, previous });
    expect(await authorize(request(key))).toEqual({ isAuthorized: true });
    expect(reads()).toBe(0);
  });

  it('knows a secret that is newer than its ring', async () => {
    const { authorize } = setup({ current }, { current: next, previous: current });
    expect(await authorize(request(next.key))).toEqual({ isAuthorized: true });
  });

  it.each([
    ['another secret', 'x'.repeat(64)],
    ['a part of the secret', current.key.slice(0, -1)],
    ['nothing', ''],
    ['the name of the version', current.id],
  ])('refuses a request with %s', async (_, value) => {
    expect(await setup({ current, previous }).authorize(request(value))).toEqual({ isAuthorized: false });
  });

  it.each([
    [undefined],
    [{}],
    [{ identitySource: [] }],
    [{ identitySource: [current.key, current.key] }],
    [{ identitySource: null }],
  ])('refuses the event %j', async (event) => {
    expect(await setup({ current }).authorize(event)).toEqual({ isAuthorized: false });
  });

  it('fails while the secret cannot be read, so that the gateway refuses the request', async () => {
    const read = async (): Promise<KeyRing> => {
      throw new Error('down');
    };
    await expect(makeHandler({ rings: { read, readAgain: read } })(request('x'))).rejects.toThrow('down');
  });
});
