import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessCount } from '../../../../core/platform/abuse/access-count.ts';
import { type Access, AccessCounter } from '../../../../core/platform/abuse/access-counter.ts';
import { findAbuse, type Observed } from '../../../../core/platform/abuse/find-abuse.ts';
import { networkOf } from '../../../../core/platform/abuse/network.ts';

const nets = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `10.0.${from + index}.0/24`);
const key = (over: Partial<Extract<AccessCount, { subject: 'key' }>> = {}): AccessCount => ({
  ...{ subject: 'key', tenantId: 'acme', keyId: 'k1', requests: 10, refused: 0, networks: nets(0, 1) },
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

const person = (over: Partial<Extract<AccessCount, { subject: 'person' }>> = {}): AccessCount => ({
  ...{ subject: 'person', tenantId: 'acme', name: 'ada', requests: 10, refused: 0, networks: nets(0, 1) },
  ...over,
});

const HOURS_BEFORE = 3;
const NO_PAST: Omit<Observed, 'hour'> = { before: [], sameHour: [] };
/** The same counts in each of the hours before. */
const always = (...counts: readonly AccessCount[]): Omit<Observed, 'hour'> => ({
  before: Array.from({ length: HOURS_BEFORE }, () => counts),
  sameHour: [],
});
const found = (hour: readonly AccessCount[], past: Partial<Observed> = {}) =>
  findAbuse({ ...NO_PAST, ...past, hour });

/** What is found in an hour of each day or hour of an attack that grows by a factor, as long as nothing is found. */
const hoursUnseen = (count: (n: number) => AccessCount, first: number, factor: number) => {
  let sent = 0;
  const hours: AccessCount[][] = [];
  for (let n = first; hours.length < 100; n = Math.floor(n * factor)) {
    const hour = [count(n)];
    if (found(hour, { before: hours.toReversed().slice(0, HOURS_BEFORE) }).length > 0) break;
    hours.push(hour);
    sent += n;
  }
  return { hours: hours.length, sent };
};

describe('abuse is found in', () => {
  it('a key used from ten networks that it was not used from before', () => {
    expect(found([key({ networks: nets(1, 10) })], always(key()))).toEqual([
      { kind: 'caller-in-many-networks', subject: 'acme k1', count: 10, usual: 0 },
    ]);
    expect(found([key({ networks: nets(1, 9) })], always(key()))).toEqual([]);
  });

  it('a key of a large fleet, if more than a quarter of its networks are new', () => {
    const fleet = always(key({ networks: nets(0, 50) }));
    expect(found([key({ networks: nets(0, 62) })], fleet)).toEqual([]);
    expect(found([key({ networks: nets(0, 63) })], fleet)).toMatchObject([{ count: 13 }]);
    // Half as many as are known used to be no finding.
    expect(found([key({ networks: nets(50, 49) })], fleet)).toMatchObject([{ count: 49 }]);
  });

  it('no key that is used from other networks every hour', () => {
    const before = [3, 2, 1].map((hour) => [key({ networks: nets(hour * 20, 20) })]);
    expect(found([key({ networks: nets(80, 20) })], { before })).toEqual([]);
    expect(found([key({ networks: nets(80, 70) })], { before })).toMatchObject([{ count: 70, usual: 20 }]);
    const sameHour = [[key({ networks: nets(80, 20) })]];
    expect(found([key({ networks: nets(80, 20) })], { ...always(key()), sameHour })).toEqual([]);
  });

  it('a key that asks for many items which do not exist, or which it may not read', () => {
    const hour = [key({ refused: 60 }), key({ refused: 40 })];
    expect(found(hour)).toEqual([{ kind: 'enumeration', subject: 'acme k1', count: 100, usual: 0 }]);
    expect(found([key({ refused: 60 }), key({ keyId: 'k2', refused: 40 })])).toEqual([]);
    expect(found(hour, always(key({ refused: 34 })))).toEqual([]);
  });

  it('a person who does the same, apart from a key of that name', () => {
    expect(found([person({ refused: 100 }), key({ keyId: 'ada', refused: 50 })])).toEqual([
      { kind: 'enumeration', subject: 'acme person ada', count: 100, usual: 0 },
    ]);
    expect(found([person({ networks: nets(1, 10) })], always(person()))).toMatchObject([
      { kind: 'caller-in-many-networks', subject: 'acme person ada' },
    ]);
  });

  it('an enumeration that grows slowly, before 3,000 ids', () => {
    expect(hoursUnseen((refused) => key({ refused }), 99, 1)).toMatchObject({ hours: 100 });
    expect(hoursUnseen((refused) => key({ refused }), 99, 1.5).sent).toBeLessThan(3_000);
    expect(hoursUnseen((refused) => key({ refused }), 99, 3).sent).toBeLessThan(3_000);
    expect(found([key({ refused: 1_000 })], always(key({ refused: 1_000 })))).toHaveLength(1);
  });

  it('a network that sends wrong credentials, unless it did so before; many are always a finding', () => {
    expect(found([guesses(100)])).toEqual([
      { kind: 'credential-guessing', subject: '192.0.2.0/24', count: 100, usual: 0 },
    ]);
    expect(found([guesses(99)])).toEqual([]);
    expect(found([guesses(100)], always(guesses(34)))).toEqual([]);
    expect(found([guesses(5_000)], always(guesses(5_000)))).toHaveLength(1);
    expect(hoursUnseen(guesses, 99, 2).sent).toBeLessThan(15_000);
  });

  it('a tenant that sends ten times as much as usual, with all of its keys and people together', () => {
    const hour = [
      key({ requests: 4_000 }),
      key({ keyId: 'k2', requests: 3_000 }),
      person({ requests: 1_000 }),
    ];
    expect(found(hour, always(key({ requests: 600 })))).toEqual([
      { kind: 'request-spike', subject: 'acme', count: 8_000, usual: 600 },
    ]);
    expect(found(hour, always(key({ requests: 900 })))).toEqual([]);
  });

  it('a tenant without a past that sends a great deal at once', () => {
    expect(found([key({ requests: 49_999 })])).toEqual([]);
    expect(found([key({ requests: 50_000 })])).toEqual([
      { kind: 'request-spike', subject: 'acme', count: 50_000, usual: 0 },
    ]);
  });

  it('a tenant that sleeps, by what it sent in the same hour of earlier days', () => {
    const sameHour = [[key({ requests: 400 })], []];
    expect(found([key({ requests: 5_000 })], { ...always(), sameHour })).toMatchObject([{ usual: 400 }]);
    const daily = [[key({ requests: 5_000 })], []];
    // A job that runs once a day.
    expect(found([key({ requests: 5_000 })], { ...always(key({ requests: 5 })), sameHour: daily })).toEqual(
      [],
    );
  });

  it('a tenant that rises slowly within a day', () => {
    const past = { ...always(key({ requests: 4_000 })), sameHour: [[key({ requests: 1_000 })]] };
    expect(found([key({ requests: 30_000 })], past)).toEqual([]);
    expect(found([key({ requests: 30_001 })], past)).toMatchObject([{ kind: 'request-spike' }]);
  });
});

const access = fc.record({
  caller: fc.constantFrom(
    { tenantId: 'acme', keyId: 'k1', name: 'agent' },
    { tenantId: 'umbrella', keyId: 'k1', name: 'agent' },
    { tenantId: 'acme', keyId: 'k2', name: 'agent' },
    { tenantId: 'acme', name: 'k1' },
    { tenantId: 'acme', name: 'ada' },
    undefined,
  ),
  sourceIp: fc.ipV4(),
  status: fc.constantFrom(200, 401, 403, 404),
  at: fc.nat(600_000),
});
const inOrder = fc.array(access, { maxLength: 300 }).map((all) => [...all].sort((a, b) => a.at - b.at));
/** Everything due, and the rest, which a far later request of each subject makes due. */
const countsOf = (accesses: readonly Access[]) => {
  const counter = new AccessCounter();
  const caller = { tenantId: 'flush', keyId: 'flush', name: 'flush' };
  const flush = { caller, sourceIp: '192.0.2.1', status: 200, at: 1e9 };
  return [...accesses, flush].flatMap((one) => counter.record(one));
};

describe('the counter', () => {
  it('loses and invents no request, and writes lines that can be read', () => {
    fc.assert(
      fc.property(inOrder, (accesses) => {
        const counts = countsOf(accesses);
        for (const count of counts) expect(AccessCount.parse(count)).toEqual(count);
        const ofCallers = counts.filter((count) => count.subject !== 'network');
        const known = accesses.filter(({ caller }) => caller !== undefined);
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(ofCallers.map(({ requests }) => requests))).toBe(known.length);
        expect(sum(ofCallers.map(({ refused }) => refused))).toBe(
          known.filter(({ status }) => status === 403 || status === 404).length,
        );
        const ofPeople = counts.filter((count) => count.subject === 'person');
        expect(sum(ofPeople.map(({ requests }) => requests))).toBe(
          known.filter(({ caller }) => caller !== undefined && !('keyId' in caller)).length,
        );
        const strangers = counts.filter((count) => count.subject === 'network');
        expect(sum(strangers.map(({ unauthorized }) => unauthorized))).toBe(
          accesses.filter(({ caller, status }) => caller === undefined && status === 401).length,
        );
        // Logs cut longer lists.
        for (const { networks } of ofCallers) expect(networks.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('finds the same, however the requests are spread over processes', () => {
    fc.assert(
      fc.property(fc.array(access, { minLength: 200, maxLength: 400 }), fc.nat(), (all, seed) => {
        const accesses = [...all].sort((a, b) => a.at - b.at);
        const parts = [0, 1, 2].map((part) => accesses.filter((_, index) => (index * 7 + seed) % 3 === part));
        const sorted = (hour: readonly AccessCount[]) =>
          found(hour)
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
      ...{ caller: undefined, sourceIp: '192.0.2.9', status: 401, at },
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
        ...{
          caller: { tenantId: 'acme', keyId: `k${index}`, name: 'n' },
          sourceIp: '192.0.2.1',
          status: 200,
          at: 0,
        },
      }),
    );
    expect(due[499]).toHaveLength(500);
  });
});
