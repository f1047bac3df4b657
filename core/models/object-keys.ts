/** Keys of the objects of the context models in the forecast bucket. */

/** Scores of the forecasts that a tenant's runs issued on one UTC day (`2026-11-30`). */
export const scoredDayKey = (tenantId: string, day: string): string =>
  `scores/tenant=${tenantId}/${day}.json`;
