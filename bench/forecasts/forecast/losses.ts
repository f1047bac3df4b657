import { isInBand, pinballLoss } from '../../../core/forecasts/forecast-losses.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { seededRandom } from '../../shared/seeded-random.ts';

/** Losses of one forecast compared with the actual values. `sMape` in percent; `covered` = share inside p10-p90. */
export interface ForecastLosses {
  readonly mase: number;
  readonly sql: number;
  readonly sMape: number;
  readonly covered: number;
}

/** Symmetric percentage difference of `a` and `b`; 0 if both are zero. */
const symmetricPercent = (a: number, b: number): number =>
  a === b ? 0 : (200 * Math.abs(a - b)) / (Math.abs(a) + Math.abs(b));

/**
 * MASE (Hyndman & Koehler 2006), scaled quantile loss (mean over levels of 2 x pinball / scale), sMAPE and coverage of
 * p10-p90 over the observed steps. `quantiles[l][h]`, levels ascending with 0.5 in the middle.
 */
export const lossesOf = (
  actual: Float64Array,
  quantiles: readonly ArrayLike<number>[],
  levels: readonly number[],
  scale: number,
): ForecastLosses => {
  const middle = quantiles[levels.length >> 1]!;
  const [low, high] = [quantiles[0]!, quantiles.at(-1)!];
  let [absolute, pinballs, percent, covered, count] = [0, 0, 0, 0, 0];
  actual.forEach((y, h) => {
    if (!Number.isFinite(y)) return;
    count++;
    absolute += Math.abs(y - middle[h]!);
    percent += symmetricPercent(y, middle[h]!);
    covered += isInBand(y, low[h]!, high[h]!, scale) ? 1 : 0;
    levels.forEach((level, l) => {
      pinballs += 2 * pinballLoss(y - quantiles[l]![h]!, level);
    });
  });
  return {
    mase: absolute / count / scale,
    sql: pinballs / levels.length / count / scale,
    sMape: percent / count,
    covered: covered / count,
  };
};

const SHIFT = 0.01;

/** Geometric mean of shifted loss ratios: (loss + 0.01) / (reference + 0.01). */
export const relativeLoss = (pairs: readonly (readonly [loss: number, reference: number])[]): number =>
  Math.exp(mean(pairs.map(([loss, reference]) => Math.log((loss + SHIFT) / (reference + SHIFT)))));

/** 95 % bootstrap interval of a statistic over groups of items that belong together (the series, not the task). */
export const bootstrapInterval = <T>(
  clusters: readonly (readonly T[])[],
  statistic: (items: readonly T[]) => number,
  draws = 500,
): [number, number] => {
  const random = seededRandom(3);
  const results = Array.from({ length: draws }, () =>
    statistic(clusters.flatMap(() => clusters[Math.floor(random() * clusters.length)]!)),
  ).sort((a, b) => a - b);
  return [results[Math.floor(0.025 * draws)]!, results[Math.floor(0.975 * draws)]!];
};
