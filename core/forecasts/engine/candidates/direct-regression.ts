import { DAY_SECONDS } from '../../../shared/time.ts';
import { foldedRidge } from '../series/folded-ridge.ts';
import { profileAt, type SeasonalProfile } from '../series/seasonal-profile.ts';
import type { SeriesView } from '../series/series-view.ts';
import type { PointCandidate } from './candidate.ts';

/** Steps between the origins of the training data. */
const ORIGIN_STRIDE = 13;
const FOLDS = 4;
const HALF_LIFE_DAYS = 4;
/** Ridge penalty in units of (weighted) observations; the inputs are normal scores. */
const PENALTY = 3;

/** Inputs of the regression: means of the last windows before the origin, and seasonal values at the lead. */
class LevelsAndSeasons {
  readonly size: number;
  readonly row: Float64Array;
  readonly #view: SeriesView;
  readonly #windows: Int32Array;
  readonly #profiles: readonly SeasonalProfile[];

  constructor(view: SeriesView, profiles: readonly SeasonalProfile[]) {
    const m = view.period;
    const windows = [1, m / 96, m / 24, m / 8, m / 2, m].map((w) => Math.max(1, Math.round(w)));
    this.#view = view;
    this.#windows = Int32Array.from(new Set(windows));
    this.#profiles = profiles;
    this.size = 1 + this.#windows.length + profiles.length;
    this.row = new Float64Array(this.size);
  }

  fill(origin: number, lead: number): void {
    const { row } = this;
    const { sums } = this.#view;
    let at = 0;
    row[at++] = 1;
    for (const window of this.#windows) {
      const from = Math.max(0, origin - window);
      row[at++] = (sums[origin]! - sums[from]!) / (origin - from);
    }
    for (const profile of this.#profiles) row[at++] = profileAt(profile, origin + lead - 1, origin);
  }
}

/** Coefficients per omitted fold (the last: none) and tested lead. */
const fitLeads = (
  view: SeriesView,
  inputs: LevelsAndSeasons,
  leads: Int32Array,
  foldOf: (o: number) => number,
) => {
  const ridge = foldedRidge(inputs.size, FOLDS, PENALTY);
  const perDay = DAY_SECONDS / view.stepSeconds;
  const fading = 0.5 ** (ORIGIN_STRIDE / perDay / HALF_LIFE_DAYS);
  const coefficients = Array.from({ length: FOLDS + 1 }, () => new Float64Array(leads.length * inputs.size));
  leads.forEach((lead, j) => {
    ridge.clear();
    let weight = 0.5 ** (lead / perDay / HALF_LIFE_DAYS);
    for (let origin = view.n - lead; origin > view.period; origin -= ORIGIN_STRIDE) {
      inputs.fill(origin, lead);
      ridge.add(foldOf(origin), inputs.row, view.y[origin + lead - 1]!, weight);
      weight *= fading;
    }
    ridge.solve((fold, solution) => coefficients[fold]!.set(solution, j * inputs.size));
  });
  return coefficients;
};

/**
 * Direct regression of each lead on recent means at several time scales and on seasonal profiles (heterogeneous
 * autoregression, Corsi 2009; direct multi-step, FPP3 13.8), with ridge shrinkage. Tests use coefficients fitted
 * without their quarter of the history, so the score is out of sample. Coefficients are interpolated between leads.
 */
export const directRegression = (
  view: SeriesView,
  profiles: readonly SeasonalProfile[],
  leads: Int32Array,
): PointCandidate => {
  const inputs = new LevelsAndSeasons(view, profiles);
  const span = Math.max(1, view.n - view.period);
  const foldOf = (origin: number) => Math.min(FOLDS - 1, Math.floor(((origin - view.period) * FOLDS) / span));
  const coefficients = fitLeads(view, inputs, leads, foldOf);
  return {
    kind: 'point',
    name: 'direct',
    predict: (request, out, offset) => {
      const own = coefficients[request.origin >= view.n ? FOLDS : Math.max(0, foldOf(request.origin))]!;
      let j = 0;
      for (let k = 0; k < request.count; k++) {
        const lead = request.leads[k]!;
        while (j + 1 < leads.length && leads[j + 1]! <= lead) j++;
        const next = Math.min(leads.length - 1, j + 1);
        const gap = leads[next]! - leads[j]!;
        const share = gap > 0 ? Math.min(1, Math.max(0, (lead - leads[j]!) / gap)) : 0;
        inputs.fill(request.origin, lead);
        out[offset + k] = interpolatedDot(inputs.row, own, j * inputs.size, next * inputs.size, share);
      }
    },
  };
};

const interpolatedDot = (
  row: Float64Array,
  coefficients: Float64Array,
  low: number,
  high: number,
  share: number,
): number => {
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    total += row[i]! * (coefficients[low + i]! * (1 - share) + coefficients[high + i]! * share);
  }
  return total;
};
