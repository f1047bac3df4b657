import type { StatedCase } from './stated-cases.ts';

export interface ReliabilityRow {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
  /** Weighted means. */
  readonly stated: number;
  readonly observed: number;
}

const EDGES = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.000001];

const rowOf = (cases: readonly StatedCase[], from: number, to: number): ReliabilityRow => {
  const weight = cases.reduce((sum, each) => sum + each.weight, 0);
  const mean = (value: (each: StatedCase) => number) =>
    cases.reduce((sum, each) => sum + each.weight * value(each), 0) / weight;
  return {
    ...{ from, to: Math.min(1, to), cases: cases.length },
    ...{ stated: mean(({ stated }) => stated), observed: mean(({ isReal }) => Number(isReal)) },
  };
};

/** Cases by what was stated; ranges without cases are omitted. */
export const reliabilityTable = (cases: readonly StatedCase[]): readonly ReliabilityRow[] =>
  EDGES.slice(1).flatMap((to, i) => {
    const from = EDGES[i]!;
    const inside = cases.filter(({ stated }) => stated >= from && stated < to);
    return inside.length === 0 ? [] : [rowOf(inside, from, to)];
  });

/** Weighted share of the cases above a stated confidence that were real; NaN without one. */
export const shareRealAbove = (cases: readonly StatedCase[], bar: number): number => {
  const above = cases.filter(({ stated }) => stated > bar);
  const weight = above.reduce((sum, each) => sum + each.weight, 0);
  return above.reduce((sum, each) => sum + (each.isReal ? each.weight : 0), 0) / weight;
};

interface Pool {
  readonly stated: number;
  readonly observed: number;
  readonly weight: number;
}

const merged = (a: Pool, b: Pool): Pool => {
  const weight = a.weight + b.weight;
  const mean = (x: number, y: number) => (x * a.weight + y * b.weight) / weight;
  return { stated: mean(a.stated, b.stated), observed: mean(a.observed, b.observed), weight };
};

/** Observed share by stated confidence, made monotone (pool adjacent violators, Ayer et al. 1955) over the ranges. */
export const monotoneKnots = (cases: readonly StatedCase[]): readonly Omit<Pool, 'weight'>[] => {
  const pools: Pool[] = [];
  for (const { stated, observed, from, to } of reliabilityTable(cases)) {
    const inside = cases.filter((each) => each.stated >= from && (each.stated < to || to === 1));
    let next: Pool = { stated, observed, weight: inside.reduce((sum, each) => sum + each.weight, 0) };
    while (pools.length > 0 && pools.at(-1)!.observed >= next.observed) next = merged(pools.pop()!, next);
    pools.push(next);
  }
  return pools.map(({ stated, observed }) => ({ stated, observed }));
};
