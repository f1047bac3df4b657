import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessCount } from '../../../../core/platform/abuse/access-count.ts';
import { type Access, AccessCounter } from '../../../../core/platform/abuse/access-counter.ts';
import { findAbuse, HOURS_BEFORE } from '../../../../core/platform/abuse/find-abuse.ts';
import { networkOf } from '../../../../core/platform/abuse/network.ts';

const nets = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `10.0.${from + index}.0/24`);
const key = (over: Partial<Extract<AccessCount, { subject: 'key' }>> = {}): AccessCount => ({
  ...{ subject: 'key', tenantId: 'acme', keyId: 'k1', requests: 10, notFound: 0, networks: nets(0, 1) },
  ...over,
});
const guesses = (unauthorized: number): AccessCount => ({
  ...{ subject: 'network', network: '192.0.2.0/24', unauthorized },
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['', 'unknown'],
    ['host.example', 'unknown'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('abuse is found in', () => {
  it('a key used from ten networks that it was not used from before', () => {
    expect(findAbuse({ hour: [key({ networks: nets(1, 10) })], before: [key()] })).toEqual([
      { kind: 'key-in-many-networks', subject: 'acme k1', count: 10, usual: 1 },
    ]);
    expect(findAbuse({ hour: [key({ networks: nets(1, 9) })], before: [key()] })).toEqual([]);
    // A large fleet of which a part is new.
    const fleet = [key({ networks: nets(0, 50) })];
    expect(findAbuse({ hour: [key({ networks: nets(0, 70) })], before: fleet })).toEqual([]);
  });

  it('a key that asks for many items which do not exist', () => {
    const hour = [key({ notFound: 60 }), key({ notFound: 40 })];
    expect(findAbuse({ hour, before: [] })).toEqual([
      { kind: 'enumeration', subject: 'acme k1', count: 100, usual: 0 },
    ]);
    expect(
      findAbuse({ hour: [key({ notFound: 60 }), key({ keyId: 'k2', notFound: 40 })], before: [] }),
    ).toEqual([]);
    expect(findAbuse({ hour, before: [key({ notFound: 100 })] })).toEqual([]);
  });

  it('a network that sends wrong credentials, unless it did so before', () => {
    expect(findAbuse({ hour: [guesses(100)], before: [] })).toEqual([
      { kind: 'credential-guessing', subject: '192.0.2.0/24', count: 100, usual: 0 },
    ]);
    expect(findAbuse({ hour: [guesses(99)], before: [] })).toEqual([]);
    expect(findAbuse({ hour: [guesses(100)], before: [guesses(100)] })).toEqual([]);
  });

  it('a tenant that sends ten times as much as usual, with all of its keys together', () => {
    const hour = [key({ requests: 4_000 }), key({ keyId: 'k2', requests: 4_000 })];
    const before = [key({ requests: 600 * HOURS_BEFORE })];
    expect(findAbuse({ hour, before })).toEqual([
      { kind: 'request-spike', subject: 'acme', count: 8_000, usual: 600 },
    ]);
    expect(findAbuse({ hour, before: [key({ requests: 900 * HOURS_BEFORE })] })).toEqual([]);
    expect(findAbuse({ hour, before: [] })).toEqual([]);
  });
});

const access = fc.record({
  tenantId: fc.constantFrom('acme', 'umbrella'),
  keyId: fc.constantFrom('k1', 'k2', undefined),
  sourceIp: fc.ipV4(),
  status: fc.constantFrom(200, 401, 404),
  at: fc.nat(600_000),
});
const inOrder = fc.array(access, { maxLength: 300 }).map((all) => [...all].sort((a, b) => a.at - b.at));
/** Everything due, and the rest, which a far later request of each subject makes due. */
const countsOf = (accesses: readonly Access[]) => {
  const counter = new AccessCounter();
  const flush = { tenantId: 'flush', keyId: 'flush', sourceIp: '192.0.2.1', status: 200, at: 1e9 };
  return [...accesses, flush].flatMap((one) => counter.record(one));
};

describe('the counter', () => {
  it('loses and invents no request, and writes lines that can be read', () => {
    fc.assert(
      fc.property(inOrder, (accesses) => {
        const counts = countsOf(accesses);
        for (const count of counts) expect(AccessCount.parse(count)).toEqual(count);
        const withKey = counts.filter((count) => count.subject === 'key');
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(withKey.map(({ requests }) => requests))).toBe(
          accesses.filter(({ keyId }) => keyId !== undefined).length,
        );
        expect(sum(withKey.map(({ notFound }) => notFound))).toBe(
          accesses.filter(({ keyId, status }) => keyId !== undefined && status === 404).length,
        );
        const strangers = counts.filter((count) => count.subject === 'network');
        expect(sum(strangers.map(({ unauthorized }) => unauthorized))).toBe(
          accesses.filter(({ keyId, status }) => keyId === undefined && status === 401).length,
        );
        // Logs cut longer lists.
        for (const { networks } of withKey) expect(networks.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('finds the same, however the requests are spread over processes', () => {
    fc.assert(
      fc.property(fc.array(access, { minLength: 200, maxLength: 400 }), fc.nat(), (all, seed) => {
        const accesses = [...all].sort((a, b) => a.at - b.at);
        const parts = [0, 1, 2].map((part) => accesses.filter((_, index) => (index * 7 + seed) % 3 === part));
        const sorted = (hour: readonly AccessCount[]) =>
          findAbuse({ hour, before: [] })
            .map((finding) => JSON.stringify(finding))
            .sort();
        expect(sorted(parts.flatMap(countsOf))).toEqual(sorted(countsOf(accesses)));
      }),
      { numRuns: 50 },
    );
  });

  it('is due at once when 20 requests look like an attack, and after a minute otherwise', () => {
    const counter = new AccessCounter();
    const guess = (at: number): Access => ({
      ...{ tenantId: undefined, keyId: undefined, sourceIp: '192.0.2.9', status: 401, at },
    });
    const written = Array.from({ length: 20 }, (_, at) => counter.record(guess(at)));
    expect(written.slice(0, 19).flat()).toEqual([]);
    expect(written[19]).toEqual([guesses(20)]);
    expect(counter.record(guess(100))).toEqual([]);
    expect(counter.record({ ...guess(60_100), status: 200 })).toEqual([guesses(1)]);
  });

  it('keeps a bounded number of counts', () => {
    const counter = new AccessCounter();
    const due = Array.from({ length: 501 }, (_, index) =>
      counter.record({
        ...{ tenantId: 'acme', keyId: `k${index}`, sourceIp: '192.0.2.1', status: 200, at: 0 },
      }),
    );
    expect(due[499]).toHaveLength(500);
  });
});
