/** Performance of a tenant by day, profile, metric and model: rows that are stored and added up by any of these. */

import { addBreaches } from './breach-sums.ts';
import { addErrors } from './error-sums.ts';
import type { ForecastSums } from './score-forecast.ts';

/** What performance can be broken down by; a forecast's age is within each row. */
export const DIMENSIONS = ['day', 'profile', 'metric', 'model'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Sums of both. @throws InvalidInputError if their quantile levels differ */
export const addSums = (a: ForecastSums, b: ForecastSums): ForecastSums => ({
  errors: a.errors.map((errors, i) => addErrors(errors, b.errors[i]!)),
  breaches: addBreaches(a.breaches, b.breaches),
});

/** Sums of forecasts that have the same values of some dimensions; `day` is in UTC (`2026-11-30`). */
export type SumsBy<D extends Dimension> = Readonly<Record<D, string>> & { readonly sums: ForecastSums };

/** The sums of each combination of values that the dimensions have. */
export const performanceBy = <D extends Dimension>(
  rows: readonly SumsBy<D>[],
  dimensions: readonly D[],
): SumsBy<D>[] => {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(dimensions.map((one) => row[one])));
  return [...groups.values()].map((group) => {
    const [first, ...rest] = group as [SumsBy<D>, ...SumsBy<D>[]];
    const nameIn = (one: D): string => first[one];
    const values = Object.fromEntries(dimensions.map((one) => [one, nameIn(one)])) as Record<D, string>;
    return { ...values, sums: rest.reduce((sums, row) => addSums(sums, row.sums), first.sums) };
  });
};
