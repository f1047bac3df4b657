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

const ROUNDS = 50;
const MOST_CERTAIN = 1e-3;

const logOdds = (p: number): number => {
  const inside = Math.min(1 - MOST_CERTAIN, Math.max(MOST_CERTAIN, p));
  return Math.log(inside / (1 - inside));
};
const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds));

/** Probability of a real problem by the stated one: logistic regression on its log-odds (Platt 1999), by Newton's method. */
export const fitLogistic = (cases: readonly StatedCase[]): ((stated: number) => number) => {
  let [intercept, slope] = [0, 1];
  for (let round = 0; round < ROUNDS; round++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-6, 0, 1e-6];
    for (const { stated, isReal, weight } of cases) {
      const x = logOdds(stated);
      const p = logistic(intercept + slope * x);
      const [miss, curve] = [weight * (Number(isReal) - p), weight * p * (1 - p)];
      [ga, gb] = [ga + miss, gb + miss * x];
      [haa, hab, hbb] = [haa + curve, hab + curve * x, hbb + curve * x * x];
    }
    const determinant = haa * hbb - hab * hab;
    intercept += (hbb * ga - hab * gb) / determinant;
    slope += (haa * gb - hab * ga) / determinant;
  }
  return (stated) => logistic(intercept + slope * logOdds(stated));
};
