import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearness } from '../../../../core/incidents/topology/nearness.ts';

const edges = [
  ['web', 'app'],
  ['app', 'db'],
  ['db', 'disk'],
  ['batch', 'db'],
] as const;
const nodes = ['web', 'app', 'db', 'disk', 'batch'];

describe('nearness', () => {
  const isNear = nearness({ nodes, edges });

  it.each([
    ['itself', 'web', 'web', true],
    ['a callee', 'web', 'app', true],
    ['a caller', 'db', 'app', true],
    ['a callee of a callee', 'web', 'db', true],
    ['another caller of its callee', 'app', 'batch', true],
    ['three calls away', 'web', 'disk', false],
    ['a sibling three calls away', 'web', 'batch', false],
  ])('%s', (_, a, b, expected) => {
    expect(isNear(a, b)).toBe(expected);
    expect(isNear(b, a)).toBe(expected);
  });

  it('a target outside the graph is near itself only', () => {
    expect(isNear('unknown', 'unknown')).toBe(true);
    expect(isNear('unknown', 'web')).toBe(false);
  });

  it('counts at most the given number of calls', () => {
    expect(nearness({ nodes, edges }, 1)('web', 'db')).toBe(false);
    expect(nearness({ nodes, edges }, 3)('web', 'disk')).toBe(true);
    expect(nearness({ nodes, edges }, 0)('web', 'app')).toBe(false);
  });

  it('is symmetric and grows with the number of calls', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node)), node, node, fc.nat(3), (calls, a, b, hops) => {
        const graph = { nodes: [], edges: calls };
        expect(nearness(graph, hops)(a, b)).toBe(nearness(graph, hops)(b, a));
        if (nearness(graph, hops)(a, b)) expect(nearness(graph, hops + 1)(a, b)).toBe(true);
      }),
    );
  });
});
