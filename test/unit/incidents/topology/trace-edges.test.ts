import { describe, expect, it } from 'vitest';
import { edgesFromTraces, TraceSummary } from '../../../../core/incidents/topology/trace-edges.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

/** 2026-02-01 */
const NOW = Date.UTC(2026, 1) / 1000;
const read = (summary: unknown, seenAt = NOW) => edgesFromTraces(TraceSummary.parse(summary), seenAt);
const shop = {
  ReferenceId: 1,
  Name: 'shop/front',
  Edges: [{ ReferenceId: 2, SummaryStatistics: { TotalCount: 7, OkCount: 6 } }],
};
const orders = { ReferenceId: 2, Name: 'orders', Type: 'AWS::DynamoDB::Table' };

describe('edges from traces', () => {
  it('connect targets named as their metrics are, with call counts', () => {
    expect(read({ EndTime: NOW - 100, Services: [shop, orders] })).toEqual([
      {
        caller: 'shop-front',
        callee: 'orders',
        source: 'trace',
        confidence: 1,
        calls: 7,
        lastSeen: NOW - 100,
      },
    ]);
  });

  it('are dated by the edge, else by the summary, else by the time of arrival', () => {
    const edges = [
      { ReferenceId: 2, EndTime: '2026-01-01T00:00:00Z' },
      { ReferenceId: 3, EndTime: NOW - 200 },
      { ReferenceId: 4 },
    ];
    const others = [orders, { ReferenceId: 3, Name: 'a' }, { ReferenceId: 4, Name: 'b' }];
    const Services = [{ ...shop, Edges: edges }, ...others];
    const times = (summary: object) => read(summary).map(({ lastSeen }) => lastSeen);
    expect(times({ EndTime: NOW - 100, Services })).toEqual([
      Date.UTC(2026, 0, 1) / 1000,
      NOW - 200,
      NOW - 100,
    ]);
    expect(times({ Services })).toEqual([Date.UTC(2026, 0, 1) / 1000, NOW - 200, NOW]);
  });

  it('are dated no later than their arrival, so that they age', () => {
    const Services = [{ ...shop, Edges: [{ ReferenceId: 2, EndTime: NOW + 3600 }] }, orders];
    expect(read({ Services })[0]?.lastSeen).toBe(NOW);
  });

  it('have no call count if X-Ray sends none', () => {
    const Services = [{ ...shop, Edges: [{ ReferenceId: 2 }] }, orders];
    expect(read({ Services })[0]?.calls).toBeNull();
  });

  it('treat one service under several types as one target, without calls to itself', () => {
    const Services = [
      { ReferenceId: 0, Name: 'shop', Type: 'AWS::Lambda', Edges: [{ ReferenceId: 1 }] },
      { ReferenceId: 1, Name: 'shop', Type: 'AWS::Lambda::Function', Edges: [{ ReferenceId: 2 }] },
      orders,
    ];
    expect(read({ Services }).map(({ caller, callee }) => [caller, callee])).toEqual([['shop', 'orders']]);
  });

  it('are rejected if ids repeat or an edge leads nowhere', () => {
    expect(() => read({ Services: [orders, orders] })).toThrow(InvalidInputError);
    expect(() => read({ Services: [orders, orders] })).toThrow('found ReferenceId 2 twice');
    expect(() => read({ Services: [shop] })).toThrow('an edge of shop/front to ReferenceId 2');
  });

  it.each([
    ['no services', {}],
    ['a service without a name', { Services: [{ ReferenceId: 1, Name: '' }] }],
    ['a time beyond what a date holds', { EndTime: 1e300, Services: [] }],
    ['a time in milliseconds', { EndTime: NOW * 1000, Services: [] }],
    ['a time of another century', { EndTime: '1026-01-01T00:00:00Z', Services: [] }],
    ['an absurd time of an edge', { Services: [{ ...shop, Edges: [{ ReferenceId: 1, EndTime: 8.64e13 }] }] }],
    ['an absurd time of a service', { Services: [{ ...shop, EndTime: -1 }] }],
    ['a name with control characters', { Services: [{ ...shop, Name: '\u001b[2J' }] }],
    ['a name of many characters', { Services: [{ ...shop, Name: 'x'.repeat(201) }] }],
    ['a time that is not ISO 8601', { EndTime: 'yesterday', Services: [] }],
    [
      'a negative count',
      { Services: [{ ...shop, Edges: [{ ReferenceId: 1, SummaryStatistics: { TotalCount: -1 } }] }] },
    ],
  ])('are not read from a summary with %s', (_, summary) => {
    expect(TraceSummary.safeParse(summary).success).toBe(false);
  });
});
