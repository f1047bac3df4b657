/** A prediction and its outcome. */
export interface Scored {
  readonly risk: number;
  readonly wasUnhealthy: boolean;
}

/** Probability that an unhealthy deployment has a higher risk than a healthy one; ties count half (Mann-Whitney). */
export const areaUnderCurve = (scored: readonly Scored[]): number => {
  const sorted = [...scored].sort((a, b) => a.risk - b.risk);
  let [ranks, unhealthy] = [0, 0];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.risk === sorted[from]!.risk) to++;
    const hits = sorted.slice(from, to).filter(({ wasUnhealthy }) => wasUnhealthy).length;
    ranks += hits * ((from + 1 + to) / 2);
    unhealthy += hits;
    from = to;
  }
  const pairs = unhealthy * (sorted.length - unhealthy);
  return (ranks - (unhealthy * (unhealthy + 1)) / 2) / pairs;
};

/** Mean squared error of the stated probability (Brier 1950). */
export const brier = (scored: readonly Scored[]): number =>
  scored.reduce((sum, { risk, wasUnhealthy }) => sum + (risk - (wasUnhealthy ? 1 : 0)) ** 2, 0) /
  scored.length;

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly deployments: number;
  readonly stated: number;
  readonly unhealthy: number;
}

const EDGES = [0, 0.05, 1 / 6, 0.5, 1.01];

/** Stated against observed risk; the edges of medium and high are among those of the bins. */
export const binned = (scored: readonly Scored[]): Bin[] =>
  EDGES.slice(1).map((to, at) => {
    const from = EDGES[at]!;
    const own = scored.filter(({ risk }) => risk >= from && risk < to);
    const mean = (read: (each: Scored) => number): number =>
      own.reduce((sum, each) => sum + read(each), 0) / Math.max(1, own.length);
    return {
      ...{ from, to, deployments: own.length, stated: mean(({ risk }) => risk) },
      unhealthy: mean(({ wasUnhealthy }) => (wasUnhealthy ? 1 : 0)),
    };
  });

/** Mean gap between stated and observed risk over the bins, weighted by their size. */
export const calibrationError = (scored: readonly Scored[]): number =>
  binned(scored).reduce(
    (sum, { deployments, stated, unhealthy }) => sum + deployments * Math.abs(stated - unhealthy),
    0,
  ) / scored.length;
