import type { AnomalyKind } from '../engine/detection-result.ts';

/** All kinds of anomaly, as filters and schemas name them. */
export const ANOMALY_KINDS = [
  'behavioural',
  'pattern',
  'correlation',
  'duration',
] as const satisfies readonly AnomalyKind[];
