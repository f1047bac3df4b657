/** Text that others wrote: cut where it is repeated, and refused where it could not be stored or shown. */
import * as z from 'zod';

/** Names of others are repeated in errors and log lines up to this length. */
export const MAX_SHOWN_NAME = 100;
/** Lists in errors and log lines hold this many items. */
export const MAX_SHOWN_ITEMS = 20;

/** The first `max` characters, with `…` for the rest; never half a surrogate pair. */
export const cutText = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(max - 2)) ? max - 2 : max - 1;
  return `${text.slice(0, end)}…`;
};

/** XML, and so each AWS service that answers in it, cannot carry these; half a surrogate pair has no UTF-8. */
const UNSTORABLE = /[\uFFFE\uFFFF]/;
export const isStorable = (text: string): boolean => text.isWellFormed() && !UNSTORABLE.test(text);

/** Control characters other than tabs and line breaks. */
const CONTROLS = /[^\P{Cc}\t\n\r]/u;

export const isPlainText = (text: string): boolean => isStorable(text) && !CONTROLS.test(text);

/** Text of people on one or more lines. */
export const PlainText = z.string().refine(isPlainText, 'expected text without control characters');

/** Text of people on one line. */
export const PlainLine = z
  .string()
  .refine(
    (text) => isPlainText(text) && !/[\t\r\n]/.test(text),
    'expected one line without control characters',
  );
