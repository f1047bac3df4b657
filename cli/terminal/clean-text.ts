/**
 * Output may hold what others wrote: names, notes, answers of a server. Nothing in it may move the cursor, name the
 * window, set a colour, forge a line, change the order in which characters are shown, or be invisible.
 */
import { randomUUID } from 'node:crypto';

/**
 * Control characters, separators of lines, marks of the reading order, and characters that are not shown
 * (`Default_Ignorable_Code_Point`), apart from those that scripts and emoji need: joiners and variation selectors.
 */
export const CONTROL =
  /(?![\u200c-\u200d]|[\u180b-\u180d]|\u180f|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}])[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/u;
const CONTROLS = new RegExp(CONTROL.source, 'gu');

/** Within our colour codes. Others cannot guess it, so that no text of theirs is taken for a colour of ours. */
const MARK = randomUUID();
/** A colour code of ours; it captures the code without its escape character. */
export const OWN_COLOUR = new RegExp(`\u001b${MARK}(\\[[0-9;]+m)`, 'g');

/** A colour code (`ESC[…m`) that `cleanLine` keeps. */
export const ownColour = (code: string): string => code.replace('\u001b', `\u001b${MARK}`);

/** One line of output: our colours stay, every other control or invisible character becomes a space. */
export const cleanLine = (line: string): string =>
  CONTROL.test(line)
    ? line
        .split(OWN_COLOUR)
        .map((part, at) => (at % 2 === 0 ? part.replace(CONTROLS, ' ') : `\u001b${part}`))
        .join('')
    : line;

/** Text whose line breaks are our own. */
export const cleanLines = (text: string): string => text.split('\n').map(cleanLine).join('\n');

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON that escapes what `cleanLine` replaces, as JSON.stringify escapes C0. Its line feeds are those of the indentation. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(CONTROLS, (character) =>
    character === '\n' ? character : character.split('').map(escaped).join(''),
  );
