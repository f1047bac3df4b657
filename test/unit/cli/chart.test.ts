import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChartInput, renderChart } from '../../../cli/terminal/chart.ts';
import { cleanLines } from '../../../cli/terminal/clean-text.ts';
import { textWidth } from '../../../cli/terminal/text-width.ts';

const look = { columns: 60, colour: false, unicode: false, rows: 9 };
const history = { start: 0, stepSeconds: 300, values: Float64Array.from({ length: 48 }, (_, i) => i) };
const forecast = {
  start: 48 * 300,
  stepSeconds: 300,
  lower: new Array<number>(16).fill(40),
  middle: new Array<number>(16).fill(48),
  upper: new Array<number>(16).fill(56),
};
const plotRows = (lines: readonly string[]): string[] => lines.filter((line) => line.includes('|'));

describe('a chart', () => {
  it('draws the history before the band, the median inside the band, and the limit above both', () => {
    const lines = renderChart({ title: 'cpu', history, forecast, limit: 60 }, look);
    expect(lines[0]).toBe('cpu');
    const rows = plotRows(lines).map((line) => line.slice(line.indexOf('|') + 1));
    expect(rows.length).toBe(9);
    const boundary = Math.max(...rows.map((row) => row.lastIndexOf('*')));
    const firstBand = Math.min(...rows.map((row) => row.indexOf(':')).filter((at) => at >= 0));
    expect(firstBand).toBeGreaterThan(boundary);
    expect(rows.some((row) => row.includes('oooo'))).toBe(true);
    expect(rows[0]).toContain('- - -');
    expect(rows.findIndex((row) => row.includes('o'))).toBeGreaterThan(
      rows.findIndex((row) => row.includes(':')),
    );
    expect(lines.at(-1)).toBe('* history  o p50  : p10-p90  - limit 60');
    expect(lines.join('\n')).toContain('^ forecast');
    expect(lines.join('\n')).toContain('1970-01-01 00:00');
  });

  it('rises with the history', () => {
    const rows = plotRows(renderChart({ history }, look));
    expect(rows[0]!.trimEnd().endsWith('*')).toBe(true);
    expect(rows.at(-1)).toMatch(/\|\*/);
  });

  it('uses braille and colours if the terminal supports them', () => {
    const text = renderChart({ history, forecast }, { ...look, unicode: true, colour: true }).join('\n');
    expect(text).toMatch(/[\u2801-\u28ff]/u);
    expect(cleanLines(text)).toContain('\u001B[36m');
    expect(text).not.toContain('*');
  });

  it('shows at most three times as much history as forecast', () => {
    const long = { start: 0, stepSeconds: 300, values: Float64Array.from({ length: 5000 }, (_, i) => i) };
    const late = { ...forecast, start: 5000 * 300 };
    const text = renderChart({ history: long, forecast: late }, look).join('\n');
    expect(text).not.toContain('1970-01-01 00:00');
  });

  it('omits a limit that is too far from the lines', () => {
    const near = renderChart({ history, limit: 60 }, look);
    const far = renderChart({ history, limit: 1e9 }, look);
    expect(plotRows(near).join('')).toContain('-');
    expect(
      plotRows(far)
        .map((row) => row.slice(row.indexOf('|')))
        .join(''),
    ).not.toContain('-');
  });

  it.each([
    ['all missing', Float64Array.of(Number.NaN, Number.NaN)],
    ['constant', Float64Array.of(5, 5, 5)],
    ['a single point', Float64Array.of(7)],
    ['empty', new Float64Array()],
    ['zeros', Float64Array.of(0, 0)],
  ])('draws a series that is %s without NaN', (_, values) => {
    const lines = renderChart({ history: { start: 0, stepSeconds: 60, values } }, look);
    expect(plotRows(lines).length).toBe(9);
    expect(lines.join('\n')).not.toContain('NaN');
  });

  it('has no axis below zero for values that never are', () => {
    const axisOf = (values: number[]) => {
      const lines = renderChart({ history: { ...history, values: Float64Array.from(values) } }, look);
      return Number(plotRows(lines).at(-1)!.split('|')[0]);
    };
    expect(axisOf([0, 50, 100])).toBe(0);
    expect(axisOf([1, 50, 100])).toBe(0);
    expect(axisOf([0, 0])).toBe(0);
    expect(axisOf([-1, 50, 100])).toBeLessThan(-1);
    expect(axisOf([40, 50])).toBeGreaterThan(39);
  });

  it('breaks the line at missing values', () => {
    const values = Float64Array.from({ length: 50 }, (_, i) => (i > 15 && i < 35 ? Number.NaN : 1));
    const rows = plotRows(renderChart({ history: { start: 0, stepSeconds: 60, values } }, look));
    expect(rows.join('\n')).toMatch(/\*\s{10,}\*/);
  });

  it('is never wider than the terminal', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }));
    fc.assert(
      fc.property(values, fc.integer({ min: 20, max: 200 }), fc.boolean(), (numbers, columns, unicode) => {
        const input: ChartInput = {
          title: 'x'.repeat(300),
          history: { start: 1.7e9, stepSeconds: 60, values: Float64Array.from(numbers) },
          forecast: { ...forecast, start: 1.7e9 + 60 * numbers.length },
          limit: 3,
        };
        for (const line of renderChart(input, { ...look, columns, unicode })) {
          expect(textWidth(line)).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });
});
