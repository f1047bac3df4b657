/**
 * Output may hold what others wrote: names, notes, answers of a server. Nothing in it may move the cursor, name the
 * window, forge a line or change the order in which characters are shown.
 */

/** Control characters, separators of lines, and overrides of the reading order (Unicode UAX #9, explicit formatting). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
export const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
/** Colours as `paint` writes them, and everything that could be mistaken for one. */
const [COLOUR_START, COLOURS] = ['\u001b[', new Set(['1', '22', '31', '32', '33', '34', '36', '39', '90'])];
const MAX_COLOUR_LENGTH = 'ESC[39m'.length - 'ESC'.length + 1;

/** The length of the colour code at `at`; 0 if there is none. */
const colourAt = (line: string, at: number): number => {
  if (!line.startsWith(COLOUR_START, at)) return 0;
  const end = line.indexOf('m', at);
  const isShort = end > at && end - at < MAX_COLOUR_LENGTH;
  return isShort && COLOURS.has(line.slice(at + COLOUR_START.length, end)) ? end + 1 - at : 0;
};

/** One line of output: our colours stay, every other control character becomes a space. */
export const cleanLine = (line: string): string => {
  if (!CONTROL.test(line)) return line;
  let clean = '';
  for (let at = 0; at < line.length; at++) {
    const colour = colourAt(line, at);
    if (colour > 0) {
      clean += line.slice(at, at + colour);
      at += colour - 1;
    } else clean += CONTROL.test(line.charAt(at)) ? ' ' : line.charAt(at);
  }
  return clean;
};

/** Text whose line breaks are our own. */
export const cleanLines = (text: string): string => text.split('\n').map(cleanLine).join('\n');

/** JSON that escapes DEL, C1, the separators of lines and overrides of the reading order, as JSON.stringify escapes C0. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
