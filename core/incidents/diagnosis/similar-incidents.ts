import type { HarmMetric } from './diagnosis-target.ts';

/** Share of the harm that each node carried: the fingerprint by which incidents are compared. */
export type IncidentSignature = Readonly<Record<string, number>>;

/** The metric by which incidents are compared: one with harm to requests, or any deviating metric if there was none. */
export type ComparedBy = HarmMetric | 'any';

/** A closed incident whose cause is known. */
export interface PastIncident {
  readonly incidentId: string;
  readonly metric: ComparedBy;
  readonly signature: IncidentSignature;
  /** A node, or a description if the confirmed cause is not a node. */
  readonly cause: string;
  /** True if a person confirmed the cause; absent if it was only the likeliest by the metrics. */
  readonly isConfirmed?: true;
  /** The node that was likeliest by the metrics if a person named another cause. */
  readonly mistaken?: string;
  /** The recorded fix; absent if none was recorded. */
  readonly fixedBy?: string;
}

/** A past incident and its similarity, in (0, 1]. */
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
 * The past incidents with the most similar signature of the same metric (cosine of at least 0.7), at most three.
 * Confirmed causes come first.
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
