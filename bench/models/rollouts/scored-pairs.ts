/** Losses of two models for the same series: what both cannot know, what each one errs, and what all servers share. */
import type { ScoredBlock, ScoredPair } from '../../../core/models/scored-block.ts';
import { scoredBlock } from '../../../core/models/scored-block.ts';
import { normal } from '../../shared/seeded-random.ts';

/** How the losses of one interval depend on each other. */
export interface LossWorld {
  readonly name: string;
  /** Spread of the logarithm of a factor that all pairs of an interval share, with either sign. */
  readonly shared: number;
  /** Correlation of that factor from one interval to the next. */
  readonly persistence: number;
}

export const LOSS_WORLDS: readonly LossWorld[] = [
  { name: 'series on their own', shared: 0, persistence: 0 },
  { name: 'storms move all series (10 %)', shared: 0.1, persistence: 0 },
  { name: 'storms that last (10 %, 0.7)', shared: 0.1, persistence: 0.7 },
];

/** Spread of the errors of one model, relative to what neither can know. */
const OWN_ERROR = 0.5;
/** Spread of the logarithm of the scale of a series: losses are not comparable across series. */
const SCALE_SPREAD = 1.5;
/** Values that an 80 % band covers are within this many spreads. */
const BAND = 1.2816;

const pairOf = (random: () => number, worse: number, storm: number): ScoredPair => {
  const scale = Math.exp(SCALE_SPREAD * normal(random));
  // Heavy tails: a few values surprise both.
  const surprise = normal(random) / Math.sqrt(-Math.log(1 - random()) + 0.3);
  const [candidate, champion] = [
    surprise + OWN_ERROR * normal(random),
    surprise + OWN_ERROR * normal(random),
  ];
  const factor = Math.exp(storm / 2);
  return {
    candidateLoss: scale * Math.abs(candidate) * (1 + worse) * factor,
    championLoss: (scale * Math.abs(champion)) / factor,
    isCandidateCovered: Math.abs(candidate) < BAND,
    isChampionCovered: Math.abs(champion) < BAND,
  };
};

/** Blocks of an endless stream; `worse` is how much more the candidate loses, 0.1 for 10 %. */
export const blockStream = (
  random: () => number,
  { shared, persistence }: LossWorld,
  worse: number,
  forecasts: number,
): ((at: number) => ScoredBlock) => {
  let storm = shared * normal(random);
  return (at) => {
    const fresh = Math.sqrt(1 - persistence ** 2) * shared * normal(random);
    storm = persistence * storm + fresh;
    return scoredBlock(
      at,
      Array.from({ length: forecasts }, () => pairOf(random, worse, storm)),
    );
  };
};
