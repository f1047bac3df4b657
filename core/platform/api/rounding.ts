/** Seven significant digits: stored quantiles and scores are not more precise, and responses shrink by half. */
export const sevenDigits = (value: number): number => Number(value.toPrecision(7));
