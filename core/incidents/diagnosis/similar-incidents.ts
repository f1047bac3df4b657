import type { HarmMetric } from './diagnosis-target.ts';

/** Which nodes carried how much of the harm: the fingerprint by which incidents are compared. */
export type IncidentSignature = Readonly<Record<string, number>>;

/** By what incidents are compared: harm to requests, or, where there was none to follow, any metric that was off. */
export type ComparedBy = HarmMetric | 'any';

/** A closed incident whose cause is known. */
export interface PastIncident {
  readonly incidentId: string;
  readonly metric: ComparedBy;
  readonly signature: IncidentSignature;
  /** A node; or, in words, what people found it was. */
  readonly cause: string;
  /** People named the cause; left out where it was the likeliest by the metrics. */
  readonly isConfirmed?: true;
  /** The node that was likeliest by the metrics where people named another cause. */
  readonly mistaken?: string;
  /** What ended it, in words; left out where nobody wrote it down. */
  readonly fixedBy?: string;
}

/** A past incident and how alike it is, in (0, 1]. */
export interface SimilarIncident {
  readonly incident: PastIncident;
  readonly similarity: number;
}

const MIN_SIMILARITY = 0.7;
const MAX_RESULTS = 3;

const norm = (signature: IncidentSignature): number =>
  Math.sqrt(Object.values(signature).reduce((sum, value) => sum + value * value, 0));

const cosine = (a: IncidentSignature, b: IncidentSignature): number => {
  const product = Object.entries(a).reduce((sum, [node, value]) => sum + value * (b[node] ?? 0), 0);
  const scale = norm(a) * norm(b);
  return scale > 0 ? product / scale : 0;
};

/**
 * The past incidents compared by the same metric whose signature is most alike (cosine at least 0.7), at most three:
 * those first whose cause people named.
 */
export const similarIncidents = (
  signature: IncidentSignature,
  metric: ComparedBy,
  past: readonly PastIncident[],
): SimilarIncident[] =>
  past
    .filter((incident) => incident.metric === metric)
    .map((incident) => ({ incident, similarity: cosine(signature, incident.signature) }))
    .filter(({ similarity }) => similarity >= MIN_SIMILARITY)
    .sort(
      (a, b) =>
        Number(b.incident.isConfirmed ?? false) - Number(a.incident.isConfirmed ?? false) ||
        b.similarity - a.similarity ||
        (a.incident.incidentId < b.incident.incidentId ? -1 : 1),
    )
    .slice(0, MAX_RESULTS);
