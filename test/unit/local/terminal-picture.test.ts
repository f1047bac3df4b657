import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderChart } from '../../../cli/terminal/chart.ts';
import { cleanLine } from '../../../cli/terminal/clean-text.ts';
import { drawTerminal } from '../../../local/terminal-picture.ts';

const texts = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text!);
const dots = (svg: string): number => svg.match(/M[\d.]+ [\d.]+h/g)?.length ?? 0;
const red = (text: string): string => `\u001B[31m${text}\u001B[39m`;
const bold = (text: string): string => `\u001B[1m${text}\u001B[22m`;

describe('a picture of terminal output', () => {
  it('places words in their columns, in their colours', () => {
    const svg = drawTerminal([`ab  ${red('cd ef')}`, bold('g')], 'title');
    expect(texts(svg)).toEqual(['ab', 'cd ef', 'g']);
    expect(svg).toContain(`<text x="${16 + 4 * 8.4}" y="29.5" fill="#ff7b72" textLength="42">cd ef</text>`);
    expect(svg).toContain('y="47.5" fill="#c9d1d9" font-weight="bold"');
    expect(svg).toContain('viewBox="0 0 108 68"');
  });

  it('draws each dot of a braille character, and no text for it', () => {
    const svg = drawTerminal([red('\u2801\u28ff\u2800'), '\u2880'], 'title');
    expect([dots(svg), texts(svg)]).toEqual([1 + 8 + 1, []]);
    expect(svg).toContain('<path fill="#ff7b72" d="M16 16h');
  });

  it('draws the bottom right dot of a cell at the bottom right', () => {
    expect(drawTerminal(['\u2880'], 'title')).toContain(`M${16 + 8.4 / 2} ${16 + 0.75 * 18}h`);
  });

  it('shows every line of a chart', () => {
    const chart = renderChart(
      {
        title: 'cpu',
        history: { start: 0, stepSeconds: 300, values: Float64Array.from({ length: 50 }, (_, i) => i) },
        limit: 60,
      },
      { columns: 60, colour: true, unicode: true },
    );
    const svg = drawTerminal(chart.map(cleanLine), 'a chart');
    expect(svg).toContain('<title>a chart</title>');
    expect(texts(svg)).toEqual(expect.arrayContaining(['cpu', 'history', 'limit 60']));
    expect(dots(svg)).toBeGreaterThan(50);
  });

  it('escapes any characters in a name', () => {
    expect(texts(drawTerminal(['a<b>&c'], 't'))).toEqual(['a&#60;b&#62;&#38;c']);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (lines) => {
        const inside = drawTerminal(lines, lines[0]!).replaceAll(
          /<\/?(svg|title|rect|g|text|path)\b[^<>]*>/g,
          '',
        );
        expect(inside).not.toMatch(/[<>]|&(?!#\d+;)/);
      }),
    );
  });
});
