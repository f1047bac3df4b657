/** What speaks for or against a node besides the metrics: recent changes, and incidents that looked alike. */
import { changeEvidence, mistakenEvidence, similarEvidence } from './evidence.ts';
import type { ChangeEvidence } from './recent-changes.ts';
import type { SimilarIncident } from './similar-incidents.ts';

/** Evidence from outside the metrics may lift a score by this part at most: it can settle near-ties, not more. */
const CHANGE_WEIGHT = 0.3;
const SIMILAR_WEIGHT = 0.2;
/** What people confirmed comes at least this close to the best score, times how alike the incidents are. */
const CONFIRMED_FLOOR = 0.8;
/** What people found to be a wrong guess loses this part, times how alike the incidents are. */
const MISTAKEN_WEIGHT = 0.5;

export interface OutsideEvidence {
  readonly changes: ReadonlyMap<string, ChangeEvidence>;
  readonly similar: readonly SimilarIncident[];
}

/** A node with its score and the reasons for it. */
export interface Judged {
  readonly score: number;
  readonly evidence: readonly string[];
  readonly change?: ChangeEvidence;
  readonly similar?: SimilarIncident;
}

/** Weighs what is known of a node from outside; `best` is the highest score of all by the metrics. Those below 0 keep their order. */
export const withOutsideEvidence = (
  name: string,
  { score, evidence }: Pick<Judged, 'score' | 'evidence'>,
  best: number,
  outside: OutsideEvidence,
): Judged => {
  const change = outside.changes.get(name);
  const similar = outside.similar.find(({ incident }) => incident.cause === name);
  const mistaken = outside.similar.find(({ incident }) => incident.mistaken === name);
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
