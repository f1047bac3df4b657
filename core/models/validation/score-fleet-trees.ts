import { decodeFleetTrees } from '../../forecasts/engine/fleet/fleet-trees.ts';
import type { FleetSeries } from '../../forecasts/training/fleet-series.ts';
import { heldOutForecasts, type ScoringSpan } from '../../forecasts/training/held-out-forecasts.ts';
import { mean } from '../../shared/maths/averages.ts';
import { centralShare, errorSums } from '../performance/error-sums.ts';

/** How fleet trees did on windows that they did not learn from, compared with the ensemble without them. */
export interface FleetTreesScore {
  readonly windows: number;
  /** Geometric mean of the ratio of the scaled quantile losses: below 1, the trees are better. */
  readonly lossRatio: number;
  /** Share of the values in the 80 % band, with the trees and without them. */
  readonly covered: number;
  readonly coveredWithout: number;
}

/**
 * Scores an artefact on held-out windows of a fleet. Equal spans and seeds give equal windows, so that trials of a search
 * can be compared. Null if there is no window.
 * @throws InvalidInputError if the artefact is damaged, or was trained on other features
 */
export const scoreFleetTrees = (
  artefact: Uint8Array,
  fleet: readonly FleetSeries[],
  span: ScoringSpan,
  { windows, seed }: { readonly windows: number; readonly seed: number },
): FleetTreesScore | null => {
  const trees = decodeFleetTrees(artefact);
  const compared = Array.from(
    heldOutForecasts(trees, fleet, span, windows, seed),
    ({ actual, scale, without, with: corrected }) =>
      [corrected, without].map(({ quantileLevels, quantiles }) =>
        errorSums({ quantileLevels, quantiles, actual, scale }, 0, actual.length),
      ),
  );
  if (compared.length === 0) return null;
  return {
    windows: compared.length,
    lossRatio: Math.exp(mean(compared.map(([own, plain]) => own!.logLoss - plain!.logLoss))),
    covered: mean(compared.map(([own]) => centralShare(own!))),
    coveredWithout: mean(compared.map(([, plain]) => centralShare(plain!))),
  };
};
