/** Cuts log fields. */
import { cutText, MAX_SHOWN_ITEMS } from '../../core/shared/text.ts';

/** CloudWatch takes lines of 256 KB; what others wrote must not fill them. */
const MAX_TEXT = 2_000;

const shownValue = (value: unknown): unknown => {
  if (typeof value === 'string') return cutText(value, MAX_TEXT);
  return Array.isArray(value) ? value.slice(0, MAX_SHOWN_ITEMS).map(shownValue) : value;
};

export const shownFields = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shownValue(value)]));

/** The error, with its message, stack and causes cut. */
export const shownError = (error: Error): Error => {
  const cause = error.cause instanceof Error ? shownError(error.cause) : undefined;
  const shown = new Error(cutText(error.message, MAX_TEXT), cause === undefined ? undefined : { cause });
  shown.name = error.name;
  shown.stack = cutText(error.stack ?? '', 2 * MAX_TEXT);
  return shown;
};
