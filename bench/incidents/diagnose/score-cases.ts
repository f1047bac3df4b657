import { type DiagnosisInput, diagnose } from '../../../core/incidents/diagnosis/diagnose.ts';
import type { MetricWindow } from '../../../core/incidents/diagnosis/metric-window.ts';
import type { LabelledCase } from './load-issues.ts';

/** The answer to one labelled case. */
export interface CaseResult {
  readonly id: string;
  readonly group: string;
  readonly metric: 'latency' | 'availability';
  /** Rank of the true cause, 1 = first; 0 = not listed. */
  readonly rank: number;
  readonly diagnosed: string;
  readonly cause: string;
  readonly confidence: number;
}

/** Input that is available to the diagnosis. */
export const VARIANTS = ['all input', 'no normal data', 'no request counts', 'no graph'] as const;
export type Variant = (typeof VARIANTS)[number];

const withoutCounts = (window: MetricWindow): MetricWindow => ({
  ...window,
  nodes: new Map([...window.nodes].map(([node, metrics]) => [node, { ...metrics, requests: null }])),
});

/** The input of a case, reduced to a variant. */
export const reduceInput = (incident: LabelledCase, variant: Variant): DiagnosisInput => {
  const { graph, normal, window, target } = incident;
  if (variant === 'no normal data') return { graph, window, target };
  if (variant === 'no graph') return { window, target, normal };
  if (variant === 'no request counts') {
    return {
      graph,
      target,
      window: withoutCounts(window),
      normal: normal === null ? null : withoutCounts(normal),
    };
  }
  return { graph, window, target, normal };
};

/** Diagnoses one labelled case with part of its input. */
export const scoreCase = (incident: LabelledCase, variant: Variant = 'all input'): CaseResult => {
  const { causes } = diagnose(reduceInput(incident, variant));
  return {
    id: incident.id,
    group: incident.group,
    metric: incident.target.metric,
    rank: causes.findIndex(({ node }) => node === incident.cause) + 1,
    diagnosed: causes[0]?.node ?? '',
    cause: incident.cause,
    confidence: causes[0]?.confidence ?? 0,
  };
};

/** Hits of a set of results. */
export interface Recall {
  readonly cases: number;
  readonly top1: number;
  readonly top3: number;
}

/** Counts how often the true cause is first, and among the first three. */
export const recall = (results: readonly CaseResult[]): Recall => ({
  cases: results.length,
  top1: results.filter(({ rank }) => rank === 1).length,
  top3: results.filter(({ rank }) => rank >= 1 && rank <= 3).length,
});

/** Recall by group and metric, in the order in which they first appear. */
export const recallByGroup = (results: readonly CaseResult[]): Record<string, Recall> => {
  const groups = Map.groupBy(results, ({ group, metric }) => `${group} ${metric}`);
  return Object.fromEntries([...groups].map(([group, members]) => [group, recall(members)]));
};
