/** Draws coloured terminal output as an SVG that looks the same without a font for charts. */
import { withoutControl } from '../cli/terminal/text-width.ts';

const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const BRAILLE_START = 0x2800;
/** Column and row, in dots, of each bit of a braille character. */
const DOTS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;
const DOT_SIZE = 2.4;

const BACKGROUND = '#0d1117';
const FOREGROUND = '#c9d1d9';
/** Foregrounds by their code in SGR escape sequences. */
const COLOURS: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '34': '#79c0ff',
  '36': '#56d4dd',
  '90': '#8b949e',
};

interface Run {
  readonly text: string;
  readonly column: number;
  readonly colour: string;
  readonly isBold: boolean;
}

/** Splits a line at its colour codes. */
const runsOf = (line: string): Run[] => {
  const runs: Run[] = [];
  let [column, colour, isBold] = [0, FOREGROUND, false];
  for (const [index, part] of line.split('\u001B[').entries()) {
    const code = index === 0 ? '' : part.slice(0, part.indexOf('m'));
    const text = index === 0 ? part : part.slice(code.length + 1);
    if (code === '1' || code === '22') isBold = code === '1';
    else if (code !== '') colour = COLOURS[code] ?? FOREGROUND;
    if (text !== '') runs.push({ text, column, colour, isBold });
    column += [...text].length;
  }
  return runs;
};

const isBraille = (character: string): boolean => (character.codePointAt(0)! & ~0xff) === BRAILLE_START;

const round = (value: number): string => String(Math.round(value * 10) / 10);

const xmlText = (text: string): string =>
  withoutControl(text).replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A path of one square for each dot of the braille characters of a run. */
const dotsOf = ({ text, column, colour }: Run, row: number): string => {
  const squares = [...text].flatMap((character, index) => {
    const bits = isBraille(character) ? character.codePointAt(0)! - BRAILLE_START : 0;
    return DOTS.flatMap(([x, y], bit) => {
      if ((bits & (1 << bit)) === 0) return [];
      const left = MARGIN + (column + index + x / 2) * CELL.width;
      return [
        `M${round(left)} ${round(MARGIN + (row + y / 4) * CELL.height)}h${DOT_SIZE}v${DOT_SIZE}h-${DOT_SIZE}z`,
      ];
    });
  });
  return squares.length === 0 ? '' : `<path fill="${colour}" d="${squares.join('')}"/>`;
};

/** The words of a run; each starts in its own column, regardless of the width of the viewer's font. */
const wordsOf = ({ text, column, colour, isBold }: Run, row: number): string[] =>
  [...text.matchAll(/[^\s\u2800-\u28ff]+(?: [^\s\u2800-\u28ff]+)*/g)].map(({ 0: words, index }) => {
    const x = round(MARGIN + (column + [...text.slice(0, index)].length) * CELL.width);
    const length = round([...words].length * CELL.width);
    const weight = isBold ? ' font-weight="bold"' : '';
    const y = round(MARGIN + (row + 0.75) * CELL.height);
    return `<text x="${x}" y="${y}" fill="${colour}"${weight} textLength="${length}">${xmlText(words)}</text>`;
  });

const widthOf = (lines: readonly Run[][]): number =>
  Math.max(...lines.map((runs) => runs.reduce((_, { text, column }) => column + [...text].length, 0)));

/** An SVG of terminal output with ANSI colours and braille charts. */
export const drawTerminal = (lines: readonly string[], title: string): string => {
  const parsed = lines.map(runsOf);
  const [width, height] = [
    Math.ceil(2 * MARGIN + widthOf(parsed) * CELL.width),
    Math.ceil(2 * MARGIN + lines.length * CELL.height),
  ];
  const shapes = parsed.flatMap((runs, row) =>
    runs.flatMap((run) => [dotsOf(run, row), ...wordsOf(run, row)].filter((shape) => shape !== '')),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${xmlText(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...shapes,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};
