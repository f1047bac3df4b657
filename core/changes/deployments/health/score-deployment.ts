import { upperMedian } from '../../../shared/maths/averages.ts';
import type { DeployEffect, DeployWindow } from './deploy-effect.ts';
import {
  CONCERN_WEIGHTS,
  type HealthPart,
  harmOf,
  healthOf,
  ROLE_WEIGHTS,
  type Role,
} from './health-score.ts';
import {
  harmfulSpreads,
  type MetricEffect,
  type SharedMove,
  sharedMoves,
  type TargetMaterial,
  targetEffects,
} from './target-effects.ts';

/** Something that was reported of a target since the deployment: an alarm, an anomaly, a predicted breach. */
export interface Report {
  readonly kind: 'alarm' | 'anomaly' | 'predicted-breach';
  readonly targetId: string;
  /** Metric or alarm. */
  readonly subject: string;
  /** In [0, 1]. */
  readonly confidence: number;
}

/** All that one look at a deployment may use. */
export interface ScoreMaterial {
  readonly window: DeployWindow;
  readonly own: TargetMaterial;
  readonly callers: readonly TargetMaterial[];
  readonly callees: readonly TargetMaterial[];
  /** Targets alike that the change cannot have reached. */
  readonly peers: readonly TargetMaterial[];
  readonly reports: readonly Report[];
}

export interface HealthScore {
  /** 0 to 100; null where too little is known to say. */
  readonly health: number | null;
  /** How much to trust it, in [0, 1]. */
  readonly sureness: number;
  /** What counted against it, heaviest first. */
  readonly parts: readonly HealthPart[];
  /** Metrics of the target itself that could be judged, of those that it sent. */
  readonly judged: number;
  readonly sent: number;
}

const REPORT_WEIGHTS: Readonly<Record<Report['kind'], number>> = {
  alarm: 0.5,
  anomaly: 0.3,
  'predicted-breach': 0.3,
};
/** Share of the own metrics, by weight, below which nothing is said. */
const LEAST_COVERAGE = 0.3;
/** Moments to compare with that make up two days. */
const ENOUGH_PLACEBOS = 96;

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

const MOST_SPREADS_NAMED = 999;

const describe = (
  { targetId, metric }: MetricEffect,
  { actual, expected }: DeployEffect,
  { spreads, excused }: ReturnType<typeof harmfulSpreads>,
): string => {
  const named = Math.min(MOST_SPREADS_NAMED, spreads).toFixed(1);
  const beyond = excused ? ' than its peers' : '';
  return `${metric} of ${targetId}: ${rounded(actual)} where ${rounded(expected)} was expected, ${named} spreads worse${beyond}`;
};

/** The worst metric of each concern: those of one concern move together. */
const metricParts = (
  role: Role,
  effects: readonly MetricEffect[],
  shared: ReadonlyMap<string, SharedMove>,
  looked: number,
): HealthPart[] => {
  const worst = new Map<string, HealthPart>();
  for (const each of effects) {
    if (each.effect === undefined) continue;
    const harmful = harmfulSpreads(each, shared.get(each.metric));
    const part = {
      weight: ROLE_WEIGHTS[role] * CONCERN_WEIGHTS[each.concern],
      harm: harmOf(harmful.spreads, looked),
      text: describe(each, each.effect, harmful),
    };
    if (part.harm > (worst.get(each.concern)?.harm ?? 0)) worst.set(each.concern, part);
  }
  return [...worst.values()];
};

const REPORT_WORDS: Readonly<Record<Report['kind'], string>> = {
  alarm: 'is in alarm',
  anomaly: 'is unusual',
  'predicted-breach': 'is predicted to breach',
};

/** Reports count once for each kind and role, by the surest; what peers report as well counts less. */
const reportParts = ({ own, callers, callees, peers, reports }: ScoreMaterial): HealthPart[] => {
  const idsOf = (materials: readonly TargetMaterial[]) =>
    new Set(materials.map(({ target }) => target.targetId));
  const roles = [
    ['own', idsOf([own])],
    ['caller', idsOf(callers)],
    ['callee', idsOf(callees)],
  ] as const;
  const peerIds = idsOf(peers);
  return roles.flatMap(([role, ids]) =>
    Object.entries(Object.groupBy(reports, ({ kind }) => kind)).flatMap(([, ofKind]) => {
      const [surest] = ofKind
        .filter(({ targetId }) => ids.has(targetId))
        .toSorted((a, b) => b.confidence - a.confidence);
      if (surest === undefined) return [];
      const { kind, targetId, subject, confidence } = surest;
      const alike = new Set(ofKind.filter((each) => peerIds.has(each.targetId)).map((each) => each.targetId));
      const own = peerIds.size === 0 ? 1 : 1 - alike.size / peerIds.size;
      const weight = ROLE_WEIGHTS[role] * REPORT_WEIGHTS[kind];
      const text = `${subject} of ${targetId} ${REPORT_WORDS[kind]} since`;
      return [{ weight, harm: confidence * own, text }];
    }),
  );
};

const weightOf = (effects: readonly MetricEffect[]): number =>
  effects.reduce((sum, { concern }) => sum + CONCERN_WEIGHTS[concern], 0);

/** Median of points after the deployment and of moments before it, over the metrics that could be judged. */
const surenessOf = (known: readonly MetricEffect[], coverage: number): number => {
  if (known.length === 0) return 0;
  const points = upperMedian(known.map(({ effect }) => effect!.points));
  const placebos = upperMedian(known.map(({ effect }) => effect!.placebos));
  return coverage * (points / (points + 1)) * Math.min(1, placebos / ENOUGH_PLACEBOS);
};

/**
 * Scores a deployment from what its target, its neighbours and its peers did. Parts come from metrics (against what
 * they would have done), and from what was reported since. Missing data never make it healthy: with too little of the
 * target's own metrics there is no score.
 */
export const scoreDeployment = (material: ScoreMaterial): HealthScore => {
  const { window } = material;
  const all = (materials: readonly TargetMaterial[]) => materials.map((each) => targetEffects(each, window));
  const [own = []] = all([material.own]);
  const [callers, callees] = [all(material.callers).flat(), all(material.callees).flat()];
  const shared = sharedMoves(all(material.peers));
  const known = own.filter(({ effect }) => effect !== undefined);
  const looked = [...own, ...callers, ...callees].filter(({ effect }) => effect !== undefined).length;
  const parts = [
    ...metricParts('own', own, shared, looked),
    ...metricParts('caller', callers, shared, looked),
    ...metricParts('callee', callees, shared, looked),
    ...reportParts(material),
  ]
    .filter(({ weight, harm }) => weight * harm > 0)
    .toSorted((a, b) => b.weight * b.harm - a.weight * a.harm || (a.text < b.text ? -1 : 1));
  const coverage = own.length === 0 ? 0 : weightOf(known) / weightOf(own);
  return {
    health: coverage < LEAST_COVERAGE ? null : healthOf(parts),
    sureness: surenessOf(known, coverage),
    parts,
    judged: known.length,
    sent: own.length,
  };
};
