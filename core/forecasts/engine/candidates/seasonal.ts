import { yuleWalker } from '../series/autoregression.ts';
import { profileAt, type SeasonalProfile } from '../series/seasonal-profile.ts';
import type { SeriesView } from '../series/series-view.ts';
import { AutoregressiveForecast } from './autoregressive-forecast.ts';
import type { PointCandidate } from './candidate.ts';

/** The unchanged profile. */
export const seasonal = (profile: SeasonalProfile): PointCandidate => ({
  kind: 'point',
  name: profile.name,
  predict: ({ origin, leads, count }, out, offset) => {
    for (let j = 0; j < count; j++) out[offset + j] = profileAt(profile, origin + leads[j]! - 1, origin);
  },
});

/** The profile shifted by the mean error of its last `window` steps; the shift halves every `halfLife` steps. */
export const seasonalWithShift = (
  profile: SeasonalProfile,
  window: number,
  halfLife: number,
): PointCandidate => {
  const decay = 0.5 ** (1 / Math.max(1, halfLife));
  return {
    kind: 'point',
    name: `${profile.name}+shift-${Math.round(halfLife)}`,
    predict: ({ origin, leads, count }, out, offset) => {
      const from = Math.max(profile.first, origin - window);
      const sums = profile.residualSums;
      const shift = origin > from ? (sums[origin]! - sums[from]!) / (origin - from) : 0;
      for (let j = 0; j < count; j++) {
        const lead = leads[j]!;
        out[offset + j] = profileAt(profile, origin + lead - 1, origin) + shift * decay ** lead;
      }
    },
  };
};

/** The profile plus an autoregression of its errors (regression with AR errors, FPP3, 10). */
export const seasonalWithAutoregression = (
  view: SeriesView,
  profile: SeasonalProfile,
  order: number,
): PointCandidate => {
  const residual = new Float64Array(view.n);
  for (let s = profile.first; s < view.n; s++) residual[s] = view.y[s]! - profile.values[s]!;
  const errors = new AutoregressiveForecast(yuleWalker(residual, profile.first, view.n, order), residual);
  return {
    kind: 'point',
    name: `${profile.name}+ar-${order}`,
    predict: (request, out, offset) => {
      const { origin, leads, count } = request;
      errors.predict(request, out, offset);
      for (let j = 0; j < count; j++) {
        out[offset + j] = profileAt(profile, origin + leads[j]! - 1, origin) + out[offset + j]!;
      }
    },
  };
};
