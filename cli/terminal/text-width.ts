import { CONTROL, OWN_COLOUR } from './clean-text.ts';

const NO_WIDTH = /^[\p{M}\p{Cc}\p{Cf}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;
/** First and last code points of the blocks drawn two columns wide (Unicode UAX #11, East Asian Wide and Fullwidth). */
const WIDE_BLOCKS: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];
const segmenter = new Intl.Segmenter();

const graphemeWidth = (grapheme: string): number => {
  if (NO_WIDTH.test(grapheme)) return 0;
  const point = grapheme.codePointAt(0)!;
  const wide = WIDE_BLOCKS.some(([first, last]) => point >= first && point <= last);
  return wide || EMOJI.test(grapheme) ? 2 : 1;
};

const CONTROLS = new RegExp(`(?:${CONTROL.source})+`, 'gu');

/** Makes untrusted text safe to show: what could move the cursor, change the order of reading or hide becomes a space. */
export const withoutControl = (text: string): string => text.replace(CONTROLS, ' ');

const PLAIN = /^[ -~]*$/;

/** Width of a text in terminal columns, without colour codes. */
export const textWidth = (text: string): number => {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text.replace(OWN_COLOUR, ''))) width += graphemeWidth(segment);
  return width;
};

/** Truncates a text without colour codes to `width` columns, ending in `ellipsis` if it was cut. */
export const truncate = (text: string, width: number, ellipsis: string): string => {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += graphemeWidth(segment);
    if (used > room) break;
    kept += segment;
  }
  return room < 0 ? '' : kept + ellipsis;
};

/** Pads a text with spaces to `width` columns. */
export const pad = (text: string, width: number, align: 'left' | 'right'): string => {
  const spaces = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + spaces : spaces + text;
};
