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

/** A signal about a target since the deployment: an alarm, an anomaly or a predicted breach. */
export interface Report {
  readonly kind: 'alarm' | 'anomaly' | 'predicted-breach';
  readonly targetId: string;
  /** Name of the metric or alarm. */
  readonly subject: string;
  /** In [0, 1]. */
  readonly confidence: number;
}

/** The data of one check of a deployment. */
export interface ScoreMaterial {
  readonly window: DeployWindow;
  readonly own: TargetMaterial;
  readonly callers: readonly TargetMaterial[];
  readonly callees: readonly TargetMaterial[];
  /** Similar targets that the change cannot have reached. */
  readonly peers: readonly TargetMaterial[];
  readonly reports: readonly Report[];
}

export interface HealthScore {
  /** 0 to 100; null if there was too little data. */
  readonly health: number | null;
  /** 0 to 1. */
  readonly confidence: number;
  /** The reasons for a lower score, heaviest first. */
  readonly parts: readonly HealthPart[];
  /** Number of the target's own metrics that had enough data. */
  readonly judged: number;
  /** Number of metrics that the target sent. */
  readonly sent: number;
}

const REPORT_WEIGHTS: Readonly<Record<Report['kind'], number>> = {
  alarm: 0.5,
  anomaly: 0.3,
  'predicted-breach': 0.3,
};
/** Share of the target's own metrics, by weight, that a score needs. */
const MIN_COVERAGE = 0.3;
/** Half hours in two days. */
const ENOUGH_PLACEBOS = 96;

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

const MAX_SPREADS_SHOWN = 999;

const describe = (
  { targetId, metric }: MetricEffect,
  { actual, expected }: DeployEffect,
  { spreads, excused }: ReturnType<typeof harmfulSpreads>,
): string => {
  const shown = Math.min(MAX_SPREADS_SHOWN, spreads).toFixed(1);
  const beyond = excused ? ' than its peers' : '';
  return `${metric} of ${targetId}: ${rounded(actual)}, expected ${rounded(expected)}; ${shown} spreads worse${beyond}`;
};

/** The worst metric of each concern, because metrics of one concern move together. */
const metricParts = (
  role: Role,
  effects: readonly MetricEffect[],
  shared: ReadonlyMap<string, SharedMove>,
  checked: number,
): HealthPart[] => {
  const worst = new Map<string, HealthPart>();
  for (const each of effects) {
    if (each.effect === undefined) continue;
    const harmful = harmfulSpreads(each, shared.get(each.metric));
    const part = {
      weight: ROLE_WEIGHTS[role] * CONCERN_WEIGHTS[each.concern],
      harm: harmOf(harmful.spreads, checked),
      text: describe(each, each.effect, harmful),
    };
    if (part.harm > (worst.get(each.concern)?.harm ?? 0)) worst.set(each.concern, part);
  }
  return [...worst.values()];
};

const REPORT_WORDS: Readonly<Record<Report['kind'], string>> = {
  alarm: 'has been in alarm',
  anomaly: 'has been unusual',
  'predicted-breach': 'has been predicted to breach',
};

/** Counts the most confident report of each kind and role. Reports that peers share count less. */
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
      const [mostConfident] = ofKind
        .filter(({ targetId }) => ids.has(targetId))
        .toSorted((a, b) => b.confidence - a.confidence);
      if (mostConfident === undefined) return [];
      const { kind, targetId, subject, confidence } = mostConfident;
      const alike = new Set(ofKind.filter((each) => peerIds.has(each.targetId)).map((each) => each.targetId));
      const own = peerIds.size === 0 ? 1 : 1 - alike.size / peerIds.size;
      const weight = ROLE_WEIGHTS[role] * REPORT_WEIGHTS[kind];
      const text = `${subject} of ${targetId} ${REPORT_WORDS[kind]} since the deployment`;
      return [{ weight, harm: confidence * own, text }];
    }),
  );
};

const weightOf = (effects: readonly MetricEffect[]): number =>
  effects.reduce((sum, { concern }) => sum + CONCERN_WEIGHTS[concern], 0);

/** Confidence from coverage, the median number of points after the deployment, and the median number of placebos. */
const confidenceIn = (known: readonly MetricEffect[], coverage: number): number => {
  if (known.length === 0) return 0;
  const points = upperMedian(known.map(({ effect }) => effect!.points));
  const placebos = upperMedian(known.map(({ effect }) => effect!.placebos));
  return coverage * (points / (points + 1)) * Math.min(1, placebos / ENOUGH_PLACEBOS);
};

/**
 * Scores a deployment from the metrics of its target, neighbours and peers, compared with what was expected without the
 * deployment, and from signals since. Missing data never makes it healthy: without enough of the target's own metrics
 * there is no score.
 */
export const scoreDeployment = (material: ScoreMaterial): HealthScore => {
  const { window } = material;
  const all = (materials: readonly TargetMaterial[]) => materials.map((each) => targetEffects(each, window));
  const [own = []] = all([material.own]);
  const [callers, callees] = [all(material.callers).flat(), all(material.callees).flat()];
  const shared = sharedMoves(all(material.peers));
  const known = own.filter(({ effect }) => effect !== undefined);
  const checked = [...own, ...callers, ...callees].filter(({ effect }) => effect !== undefined).length;
  const parts = [
    ...metricParts('own', own, shared, checked),
    ...metricParts('caller', callers, shared, checked),
    ...metricParts('callee', callees, shared, checked),
    ...reportParts(material),
  ]
    .filter(({ weight, harm }) => weight * harm > 0)
    .toSorted((a, b) => b.weight * b.harm - a.weight * a.harm || (a.text < b.text ? -1 : 1));
  const coverage = own.length === 0 ? 0 : weightOf(known) / weightOf(own);
  return {
    health: coverage < MIN_COVERAGE ? null : healthOf(parts),
    confidence: confidenceIn(known, coverage),
    parts,
    judged: known.length,
    sent: own.length,
  };
};
