/** Text from outside: truncated when it is repeated, and rejected if it could not be stored or shown. */
import * as z from 'zod';

/** Names from outside are truncated to this length in errors and log lines. */
export const MAX_SHOWN_NAME = 100;
/** Lists in errors and log lines are limited to this many items. */
export const MAX_SHOWN_ITEMS = 20;

/** The first `max` characters, with `…` for the rest; never half a surrogate pair. */
export const cutText = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(max - 2)) ? max - 2 : max - 1;
  return `${text.slice(0, end)}…`;
};

/** XML, which some AWS services respond with, cannot contain these; half a surrogate pair is not valid in UTF-8. */
const UNSTORABLE = /[\uFFFE\uFFFF]/;
export const isStorable = (text: string): boolean => text.isWellFormed() && !UNSTORABLE.test(text);

/** Text of others that is kept as it is, such as names of alarms. */
export const StorableText = z
  .string()
  .refine(isStorable, 'expected text without U+FFFE, U+FFFF and unpaired surrogates');

/** Control characters other than tabs and line breaks, separators of lines, and overrides of the reading order. */
const CONTROLS = /[^\P{Cc}\t\n\r]|[\u2028-\u202E\u2066-\u2069]/u;

export const isPlainText = (text: string): boolean => isStorable(text) && !CONTROLS.test(text);

/** Control characters of any kind, which could change a screen or pretend to be another line. */
const UNSHOWABLE = /[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu;

/** Text of others for one line of a screen or a message: each control character as its code, `\u000a`. */
export const shownText = (text: string): string =>
  text.replaceAll(UNSHOWABLE, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Free text on one or more lines. */
export const PlainText = z.string().refine(isPlainText, 'expected text without control characters');

/** Free text on one line. */
export const PlainLine = z
  .string()
  .refine(
    (text) => isPlainText(text) && !/[\t\r\n]/.test(text),
    'expected one line without control characters',
  );
