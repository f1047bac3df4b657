import type { Alert } from '../announcing/alert.ts';
import type { EndedEpisode } from '../engine/episode.ts';

/** Alerts that points raised and episodes that they ended. */
export interface DetectionOutcome {
  readonly alerts: readonly Alert[];
  readonly ended: readonly EndedEpisode[];
}

export const NO_OUTCOME: DetectionOutcome = { alerts: [], ended: [] };

export const mergeOutcomes = (outcomes: readonly DetectionOutcome[]): DetectionOutcome => ({
  alerts: outcomes.flatMap(({ alerts }) => alerts),
  ended: outcomes.flatMap(({ ended }) => ended),
});
