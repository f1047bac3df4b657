/** Evidence for or against a node besides its metrics: recent changes and similar past incidents. */
import { changeEvidence, mistakenEvidence, similarEvidence } from './evidence.ts';
import type { ChangeEvidence } from './recent-changes.ts';
import type { SimilarIncident } from './similar-incidents.ts';

/** Such evidence raises a score by at most this fraction: enough to resolve near-ties. */
const CHANGE_WEIGHT = 0.3;
const SIMILAR_WEIGHT = 0.2;
/** A confirmed cause gets at least this fraction of the best score, times the similarity of the incidents. */
const CONFIRMED_FLOOR = 0.8;
/** A node that was suspected wrongly loses this fraction, times the similarity of the incidents. */
const MISTAKEN_WEIGHT = 0.5;

export interface ContextEvidence {
  readonly changes: ReadonlyMap<string, ChangeEvidence>;
  readonly similar: readonly SimilarIncident[];
}

/** A score and its evidence. */
export interface Judged {
  readonly score: number;
  readonly evidence: readonly string[];
  readonly change?: ChangeEvidence;
  readonly similar?: SimilarIncident;
}

/** Weighs changes and past incidents; `best` is the highest score by the metrics. Nodes below 0 keep their order. */
export const withContextEvidence = (
  name: string,
  { score, evidence }: Pick<Judged, 'score' | 'evidence'>,
  best: number,
  context: ContextEvidence,
): Judged => {
  const change = context.changes.get(name);
  const similar = context.similar.find(({ incident }) => incident.cause === name);
  const mistaken = context.similar.find(({ incident }) => incident.mistaken === name);
  const lift = 1 + CHANGE_WEIGHT * (change?.closeness ?? 0) + SIMILAR_WEIGHT * (similar?.similarity ?? 0);
  const isConfirmed = similar?.incident.isConfirmed === true && best > 0;
  const floor = isConfirmed ? CONFIRMED_FLOOR * similar.similarity * best : Number.NEGATIVE_INFINITY;
  const lifted = Math.max(score > 0 ? score * lift : score, floor);
  const lowered = 1 - MISTAKEN_WEIGHT * (similar === undefined ? (mistaken?.similarity ?? 0) : 0);
  return {
    score: lifted > 0 ? lifted * lowered : lifted,
    evidence: [
      ...evidence,
      ...(change === undefined ? [] : [changeEvidence(change)]),
      ...(similar === undefined ? [] : [similarEvidence(similar)]),
      ...(similar !== undefined || mistaken === undefined ? [] : [mistakenEvidence(mistaken)]),
    ],
    ...(change === undefined ? {} : { change }),
    ...(similar === undefined ? {} : { similar }),
  };
};
