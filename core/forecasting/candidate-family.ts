import type { DistributionCandidate, PointCandidate } from './candidates/candidate.ts';
import { recentValues, samePhaseValues } from './candidates/empirical.ts';
import { dampedSlope, lastValue, windowMean, windowMedian } from './candidates/local-level.ts';
import {
  autoregression,
  seasonal,
  seasonalWithAutoregression,
  seasonalWithShift,
} from './candidates/seasonal.ts';
import { rankOrder } from './order-statistics.ts';
import { medianProfile, naiveProfile, smoothedProfile } from './seasonal-profile.ts';
import type { SeriesView } from './series-view.ts';

/** All that compete for a series. */
export interface CandidateFamily {
  readonly points: readonly PointCandidate[];
  readonly distributions: readonly DistributionCandidate[];
}

const halfLifeToDecay = (steps: number): number => 0.5 ** (1 / Math.max(1, steps));

const mainSeasonCandidates = (view: SeriesView, maxLead: number): PointCandidate[] => {
  const m = view.period;
  const short = Math.max(1, Math.round(m / 48));
  const fast = halfLifeToDecay(m / 12.5);
  const slow = halfLifeToDecay(m / 2);
  const naive = naiveProfile(view, m);
  const median = medianProfile(view, m, m >= 12 ? 1 : 0, 14);
  const smoothed = smoothedProfile(view, m, 0.3);
  return [
    seasonal(naive),
    seasonalWithShift(naive, short, fast),
    seasonal(median),
    seasonalWithShift(median, short, fast),
    seasonalWithShift(median, short, slow),
    seasonalWithShift(median, m, 1),
    seasonalWithAutoregression(view, median, Math.min(24, view.n >> 2), maxLead),
    seasonal(smoothed),
    seasonalWithShift(smoothed, short, fast),
    seasonalWithShift(smoothed, short, slow),
    seasonalWithAutoregression(view, smoothed, Math.min(24, view.n >> 2), maxLead),
  ];
};

const otherSeasonCandidates = (view: SeriesView, period: number, maxLead: number): PointCandidate[] => {
  const median = medianProfile(view, period, 0, period < view.period ? 12 : 6);
  const slow = halfLifeToDecay(view.period / 2);
  const short = Math.max(1, Math.round(view.period / 48));
  return period < view.period
    ? [seasonal(median)]
    : [
        seasonal(naiveProfile(view, period)),
        seasonal(median),
        seasonalWithShift(median, short, slow),
        seasonalWithAutoregression(view, median, Math.min(24, view.n >> 2), maxLead),
      ];
};

/** Candidates for a view; seasons longer than half the history are left out. */
export const candidateFamily = (view: SeriesView, maxLead: number): CandidateFamily => {
  const m = view.period;
  const [hour, threeHours] = [Math.max(2, Math.round(m / 24)), Math.max(4, Math.round(m / 8))];
  const order = rankOrder(view.y);
  const points: PointCandidate[] = [
    lastValue,
    windowMean(hour),
    windowMean(threeHours),
    windowMean(m),
    windowMedian(hour),
    windowMedian(threeHours),
    dampedSlope(hour, 0.98),
    autoregression(view, Math.max(1, Math.min(36, view.n >> 2)), maxLead),
  ];
  const distributions: DistributionCandidate[] = [
    recentValues(order, hour),
    recentValues(order, threeHours),
    recentValues(order, Math.max(6, m >> 1)),
    recentValues(order, m),
    recentValues(order, view.n),
  ];
  if (view.n >= 2 * m) {
    points.push(...mainSeasonCandidates(view, maxLead));
    const reach = Math.max(1, Math.round(m / 96));
    distributions.push(
      samePhaseValues(m, m >= 12 ? 1 : 0, 14, 0),
      samePhaseValues(m, reach, 14, 0),
      samePhaseValues(m, reach, 14, hour),
    );
  }
  for (const period of view.otherPeriods) {
    if (view.n >= 2 * period) points.push(...otherSeasonCandidates(view, period, maxLead));
  }
  return { points, distributions };
};
