/** The nearest finite number: JSON has no infinity, and an infinite value would be read as a missing one. */
export const finite = (value: number): number =>
  Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
