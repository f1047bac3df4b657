import { describe, expect, it } from 'vitest';
import { callDistances, indexGraph, withoutCycles } from '../../../../core/incidents/diagnosis/call-graph.ts';

describe('an indexed graph', () => {
  const graph = {
    nodes: ['a', 'b', 'c'],
    edges: [
      ['a', 'c'],
      ['a', 'b'],
      ['a', 'b'],
      ['b', 'b'],
      ['elsewhere', 'a'],
    ] as const,
  };

  it('numbers nodes by the given order; edges are unique and ascending', () => {
    expect(indexGraph(graph, ['a', 'b', 'c'])).toEqual({
      size: 3,
      callees: [[1, 2], [], []],
      callers: [[], [0], [0]],
    });
    expect(indexGraph(graph, ['c', 'b', 'a']).callees).toEqual([[], [], [0, 1]]);
  });

  it('measures distances along calls, never against them', () => {
    const chain = indexGraph(
      {
        nodes: [],
        edges: [
          ['a', 'b'],
          ['b', 'c'],
          ['a', 'c'],
          ['d', 'a'],
        ],
      },
      ['a', 'b', 'c', 'd'],
    );
    expect([...callDistances(chain, 0)]).toEqual([0, 1, 1, -1]);
    expect([...callDistances(chain, 3)]).toEqual([1, 2, 2, 0]);
    expect([...callDistances(chain, 2)]).toEqual([-1, -1, 0, -1]);
  });
});

describe('cycles of calls', () => {
  it('are cut at the call that leads back', () => {
    const graph = {
      nodes: ['a', 'b', 'c', 'd'],
      edges: [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['d', 'c'],
        ['c', 'd'],
        ['a', 'a'],
        ['a', 'unknown'],
      ] as const,
    };
    const cut = withoutCycles(indexGraph(graph, graph.nodes), 0);
    expect(cut.callees).toEqual([[1], [2], [3], []]);
    expect(cut.callers).toEqual([[], [0], [1], [2]]);
  });
});
