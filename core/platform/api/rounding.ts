import { finite } from '../../shared/maths/finite.ts';

/** Seven significant digits: stored quantiles and scores are not more precise, and responses shrink by half. Always finite. */
export const sevenDigits = (value: number): number => Number(finite(value).toPrecision(7));
