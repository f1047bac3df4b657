import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine } from '../../../cli/terminal/clean-text.ts';
import { paint, probabilityColour, severityColour } from '../../../cli/terminal/colour.ts';
import {
  formatCount,
  formatDuration,
  formatMinute,
  formatNumber,
  formatPercent,
  formatRoughly,
} from '../../../cli/terminal/format.ts';
import { startProgress } from '../../../cli/terminal/progress.ts';
import { renderTable } from '../../../cli/terminal/table.ts';
import { columnsOf, showsUnicode, wantsColour } from '../../../cli/terminal/terminal.ts';
import { pad, textWidth, truncate } from '../../../cli/terminal/text-width.ts';
import { LineWriter } from '../../../cli/terminal/writer.ts';
import { Kept } from './fake-terminal.ts';

describe('capabilities of a terminal', () => {
  it('NO_COLOR overrides FORCE_COLOR, which overrides the terminal', () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColour(true, { FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
  });

  it('the width is that of the terminal, else COLUMNS, else 80, and at least 20', () => {
    expect(columnsOf(120, { COLUMNS: '50' })).toBe(120);
    expect(columnsOf(undefined, { COLUMNS: '50' })).toBe(50);
    expect(columnsOf(undefined, { COLUMNS: 'wide' })).toBe(80);
    expect(columnsOf(3, {})).toBe(20);
  });

  it('the locale decides about Unicode, or the platform if no locale is set', () => {
    expect(showsUnicode({ LANG: 'en_GB.UTF-8' }, 'linux')).toBe(true);
    expect(showsUnicode({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, 'linux')).toBe(false);
    expect(showsUnicode({}, 'linux')).toBe(false);
    expect(showsUnicode({}, 'darwin')).toBe(true);
  });
});

describe('text width', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    ['👩‍👩‍👧', 2],
    [paint(true, 'red', 'red'), 3],
    ['', 0],
  ])('of %j is %d', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('truncated text never exceeds the width, and short text is unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 20 }), (text, width) => {
        const cut = truncate(text, width, '…');
        expect(textWidth(cut)).toBeLessThanOrEqual(Math.max(width, 0));
        if (textWidth(text) <= width) expect(cut).toBe(text);
      }),
    );
  });

  it('pads by columns, not by characters', () => {
    expect(pad('日', 4, 'right')).toBe('  日');
    expect(pad('ab', 1, 'left')).toBe('ab');
  });
});

describe('a table', () => {
  const look = { columns: 40, colour: false, unicode: false };
  const columns = [
    { header: 'name', text: (row: { name: string; n: number }) => row.name, shrinks: true },
    { header: 'count', align: 'right' as const, text: (row: { n: number }) => String(row.n) },
  ];

  it('aligns its columns', () => {
    const rows = [
      { name: 'a', n: 5 },
      { name: 'long', n: 12345 },
    ];
    expect(renderTable(columns, rows, look)).toEqual([
      'name  count',
      '----  -----',
      'a         5',
      'long  12345',
    ]);
  });

  it('truncates the shrinkable columns to the width of the terminal', () => {
    const lines = renderTable(columns, [{ name: 'x'.repeat(100), n: 5 }], look);
    expect(lines[2]).toBe(`${'x'.repeat(32)}~      5`);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(40);
  });

  it('fits any content into any width with room for its columns', () => {
    const texts = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer()), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(texts, fc.integer({ min: 20, max: 60 }), (cells, width) => {
        const rows = cells.map(([name, n]) => ({ name, n }));
        for (const line of renderTable(columns, rows, { ...look, columns: width, unicode: true })) {
          expect(textWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toContain('\n');
        }
      }),
    );
  });

  it('colours cells only if colours are on', () => {
    const coloured = [{ header: 'p', text: () => 'bad', colour: () => 'red' as const }];
    const [, , row = ''] = renderTable(coloured, [1], { ...look, colour: true });
    expect(cleanLine(row)).toContain('\u001B[31mbad');
    expect(renderTable(coloured, [1], look)[2]).toBe('bad');
  });

  it('removes control characters from cells', () => {
    const hostile = [{ header: 'id', text: () => 'a\u001B[2Jb\nc' }];
    expect(renderTable(hostile, [1], look)[2]).toBe('a [2Jb c');
  });

  it('shrinks all columns if the shrinkable ones are not enough', () => {
    const wide = [
      { header: 'a', text: () => 'a'.repeat(30), shrinks: true },
      { header: 'b', text: () => 'b'.repeat(60) },
    ];
    for (const line of renderTable(wide, [1], look)) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('omits optional columns, the last ones first, before names become unreadable', () => {
    const columns = [
      { header: 'target', text: () => 'field-checkout-production-1', shrinks: true },
      { header: 'first', text: () => '12345678', optional: true },
      { header: 'kept', text: () => 'yes' },
      { header: 'second', text: () => '12345678', optional: true },
    ];
    const headersAt = (width: number) =>
      renderTable(columns, [1], { ...look, columns: width })[0]!
        .trim()
        .split(/\s+/);
    expect(headersAt(46)).toEqual(['target', 'first', 'kept', 'second']);
    expect(headersAt(45)).toEqual(['target', 'first', 'kept']);
    expect(headersAt(35)).toEqual(['target', 'kept']);
    expect(renderTable(columns, [1], { ...look, columns: 20 })[2]).toBe('field-checkou~  yes');
  });
});

describe('formatted figures', () => {
  it.each([
    [0, '0'],
    [0.1234, '0.12'],
    [0.00042, '0.00042'],
    [73.46, '73.5'],
    [9123, '9123'],
    [12_345, '12.3k'],
    [4_500_000, '4.50M'],
    [2.5e9, '2.50G'],
    [-12_345, '-12.3k'],
    [Number.NaN, '-'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.5, '50%'],
    [0.999, '>99%'],
    [1, '100%'],
  ])('a share of %d is %s', (share, text) => expect(formatPercent(share)).toBe(text));

  it.each([
    [40, '40 s'],
    [1500, '25 min'],
    [7500, '2 h 05 min'],
    [273_600, '3 d 4 h'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('minutes are in UTC', () => expect(formatMinute(0)).toBe('1970-01-01 00:00'));

  it('colours reflect the risk', () => {
    expect([0.1, 0.2, 0.5].map(probabilityColour)).toEqual([undefined, 'yellow', 'red']);
    expect((['critical', 'warning', 'info'] as const).map(severityColour)).toEqual(['red', 'yellow', 'gray']);
    expect(paint(false, 'red', 'x')).toBe('x');
  });
});

describe('progress', () => {
  const draw = (interactive: boolean, steps: number): string => {
    const stderr = new Kept();
    let time = 0;
    const progress = startProgress(
      { stderr, interactive, columns: 50, unicode: false },
      'sending',
      steps,
      () => time,
    );
    for (let i = 0; i < steps; i++) {
      time += 1000;
      progress.advance();
    }
    progress.stop();
    return stderr.text;
  };

  it('shows the share and the remaining time within the width, and is cleared', () => {
    const frames = draw(true, 4).split('\r');
    expect(frames[1]).toContain('sending ########');
    expect(frames[1]).toContain('25%');
    expect(frames.at(-1)).toBe('\u001B[2K');
    for (const frame of frames) expect(frame.replace('\u001B[2K', '').length).toBeLessThan(50);
  });

  it('prints nothing if the terminal is not interactive', () => expect(draw(false, 4)).toBe(''));
});

describe('the line writer', () => {
  it('waits for a slow reader and writes everything', async () => {
    const kept = new Kept({ highWaterMark: 1 });
    const writer = new LineWriter(kept);
    const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i}`);
    await writer.lines(lines);
    expect(kept.text).toBe(`${lines.join('\n')}\n`);
  });
});

describe('formatCount and formatRoughly', () => {
  it.each([
    [formatCount(1, 'target'), '1 target'],
    [formatCount(0, 'target'), '0 targets'],
    [formatCount(24_192, 'point'), '24,192 points'],
    [formatCount(2, 'batch', 'batches'), '2 batches'],
    [formatRoughly(1500), '25 min'],
    [formatRoughly(7 * 3600 + 600), '7 h'],
    [formatRoughly(3 * 86_400), '3 d'],
  ])('%s', (shown, text) => expect(shown).toBe(text));
});
