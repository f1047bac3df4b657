import { iterateAutoregression, yuleWalker } from '../autoregression.ts';
import { profileAt, type SeasonalProfile } from '../seasonal-profile.ts';
import type { SeriesView } from '../series-view.ts';
import type { PointCandidate } from './candidate.ts';

/** The profile as it is. */
export const seasonal = (profile: SeasonalProfile): PointCandidate => ({
  name: profile.name,
  predict: (_view, origin, leads, count, out, offset) => {
    for (let j = 0; j < count; j++) out[offset + j] = profileAt(profile, origin + leads[j]! - 1, origin);
  },
});

/** The profile moved by the mean error of its last `window` steps, fading by `decay` a step. */
export const seasonalWithShift = (
  profile: SeasonalProfile,
  window: number,
  decay: number,
): PointCandidate => ({
  name: `${profile.name}+shift-${window}-${decay}`,
  predict: (_view, origin, leads, count, out, offset) => {
    const from = Math.max(profile.first, origin - window);
    const shift =
      origin > from ? (profile.residualSums[origin]! - profile.residualSums[from]!) / (origin - from) : 0;
    for (let j = 0; j < count; j++) {
      const lead = leads[j]!;
      out[offset + j] = profileAt(profile, origin + lead - 1, origin) + shift * decay ** lead;
    }
  },
});

/** The profile plus an autoregression of its errors (regression with AR errors, FPP3, 10). */
export const seasonalWithAutoregression = (
  view: SeriesView,
  profile: SeasonalProfile,
  order: number,
  maxLead: number,
): PointCandidate => {
  const residual = new Float64Array(view.n);
  for (let s = profile.first; s < view.n; s++) residual[s] = view.y[s]! - profile.values[s]!;
  const phi = yuleWalker(residual, profile.first, view.n, order);
  const path = new Float64Array(maxLead);
  return {
    name: `${profile.name}+ar-${order}`,
    predict: (_view, origin, leads, count, out, offset) => {
      iterateAutoregression(phi, residual, origin, leads[count - 1]!, path);
      for (let j = 0; j < count; j++) {
        const lead = leads[j]!;
        out[offset + j] = profileAt(profile, origin + lead - 1, origin) + path[lead - 1]!;
      }
    },
  };
};

/** Autoregression of the series itself around its mean. */
export const autoregression = (view: SeriesView, order: number, maxLead: number): PointCandidate => {
  const mean = view.sums[view.n]! / view.n;
  const centred = new Float64Array(view.n);
  for (let i = 0; i < view.n; i++) centred[i] = view.y[i]! - mean;
  const phi = yuleWalker(centred, 0, view.n, order);
  const path = new Float64Array(maxLead);
  return {
    name: `ar-${order}`,
    predict: (_view, origin, leads, count, out, offset) => {
      iterateAutoregression(phi, centred, origin, leads[count - 1]!, path);
      for (let j = 0; j < count; j++) out[offset + j] = mean + path[leads[j]! - 1]!;
    },
  };
};
