import { type RankOrder, rankOrder } from '../../shared/maths/order-statistics.ts';
import { autoregression } from './candidates/autoregressive.ts';
import type { Candidate, PointCandidate } from './candidates/candidate.ts';
import { directRegression } from './candidates/direct-regression.ts';
import { recentValues, samePhaseValues } from './candidates/empirical.ts';
import { lastValue, windowMean, windowMedian } from './candidates/local-level.ts';
import { seasonal, seasonalWithAutoregression, seasonalWithShift } from './candidates/seasonal.ts';
import { type RankScores, rankScores } from './quantiles/rank-scores.ts';
import { medianProfile, naiveProfile, smoothedProfile } from './series/seasonal-profile.ts';
import { runningSums, type SeriesView } from './series/series-view.ts';

const SEASON_SMOOTHING = 0.3;
const SEASONS_BACK = 14;

/** The order is limited by the history, so that there are at least 16 points per coefficient. */
const orderFor = (view: SeriesView, most: number): number => Math.max(1, Math.min(most, view.n >> 4));

const localCandidates = (view: SeriesView, order: RankOrder): Candidate[] => {
  const m = view.period;
  const hour = Math.max(2, Math.round(m / 24));
  const threeHours = Math.max(4, Math.round(m / 8));
  return [
    lastValue(view),
    windowMean(view, m),
    windowMedian(view, hour),
    windowMedian(view, threeHours),
    recentValues(view, order, hour),
    recentValues(view, order, threeHours),
    recentValues(view, order, Math.max(6, m >> 1)),
    recentValues(view, order, m),
    recentValues(view, order, view.n),
  ];
};

const dailyCandidates = (view: SeriesView): Candidate[] => {
  const m = view.period;
  const short = Math.max(1, Math.round(m / 48));
  const reach = m >= 12 ? 1 : 0;
  const naive = naiveProfile(view, m);
  const median = medianProfile(view, m, reach, SEASONS_BACK);
  const smoothed = smoothedProfile(view, m, SEASON_SMOOTHING);
  return [
    seasonal(naive),
    seasonalWithShift(naive, short, m / 12),
    seasonal(median),
    seasonal(smoothed),
    seasonalWithAutoregression(view, median, orderFor(view, 24)),
    seasonalWithAutoregression(view, smoothed, orderFor(view, 24)),
    samePhaseValues(view, { period: m, reach, seasons: SEASONS_BACK }),
  ];
};

/** Candidates for a further season, shorter or longer than the main one. */
const otherSeasonCandidates = (view: SeriesView, period: number): Candidate[] => {
  const median = medianProfile(view, period, 0, period < view.period ? 12 : 6);
  if (period < view.period) return [seasonal(median)];
  const naive = naiveProfile(view, period);
  return [
    seasonal(naive),
    seasonal(median),
    seasonalWithShift(median, Math.max(1, Math.round(view.period / 48)), view.period / 2),
    seasonalWithAutoregression(view, median, orderFor(view, 24)),
    seasonalWithAutoregression(view, naive, orderFor(view, 24)),
  ];
};

const onScores = (candidate: PointCandidate, scale: RankScores): PointCandidate => ({
  ...candidate,
  name: `score-${candidate.name}`,
  scale,
});

/** Methods that benefit from normal scores: Gaussian copula autoregression, seasonal and direct regression. */
const scoreCandidates = (view: SeriesView, order: RankOrder, leads: Int32Array): Candidate[] => {
  const scale = rankScores(order);
  const scored: SeriesView = { ...view, y: scale.scores, sums: runningSums(scale.scores) };
  const list: PointCandidate[] = [autoregression(scored, orderFor(view, 96))];
  const m = view.period;
  if (view.n >= 2 * m) {
    const short = Math.max(1, Math.round(m / 48));
    const smoothed = smoothedProfile(scored, m, SEASON_SMOOTHING);
    const profiles = [smoothed, naiveProfile(scored, m)];
    for (const period of view.otherPeriods) {
      if (view.n >= 3 * period) profiles.push(smoothedProfile(scored, period, SEASON_SMOOTHING));
    }
    list.push(
      seasonalWithAutoregression(scored, smoothed, orderFor(view, 24)),
      seasonalWithShift(smoothed, short, m / 12),
      seasonalWithShift(smoothed, short, m / 2),
      directRegression(scored, profiles, leads),
    );
  }
  return list.map((candidate) => onScores(candidate, scale));
};

/** All candidates for a series, without seasons longer than half the history. */
export const candidateFamily = (view: SeriesView, leads: Int32Array): Candidate[] => {
  const order = rankOrder(view.y);
  const others = view.otherPeriods.filter((period) => view.n >= 2 * period);
  return [
    ...localCandidates(view, order),
    ...scoreCandidates(view, order, leads),
    ...(view.n >= 2 * view.period ? dailyCandidates(view) : []),
    ...others.flatMap((period) => otherSeasonCandidates(view, period)),
  ];
};
