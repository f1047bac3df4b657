import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CsvRows, separatorOf } from '../../../cli/input/csv-rows.ts';
import { decodeText } from '../../../cli/input/decode-text.ts';
import { openInput } from '../../../cli/input/open-input.ts';
import { csvField, quoteFound } from '../../../cli/input/reading/csv-text.ts';
import { readSeriesPoints } from '../../../cli/input/series-points.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const readBytes = async (chunks: readonly Uint8Array[], report?: (line: string) => void) => {
  const found = await readSeriesPoints({ name: 'f.csv', stream: Readable.from(chunks) }, { report });
  return new Map([...found].map(([name, { points }]) => [name, points]));
};
const read = (text: string, report?: (line: string) => void) => readBytes([Buffer.from(text)], report);
const textOf = async (chunks: readonly Uint8Array[]): Promise<string> => {
  const all: string[] = [];
  for await (const piece of (await decodeText({ name: 'f', stream: Readable.from(chunks) })).pieces)
    all.push(piece);
  return all.join('');
};
const rowsOf = (text: string): string[][] => {
  const rows = new CsvRows('f', separatorOf(text.split('\n')[0] ?? ''));
  return [...rows.take(text), ...rows.end()].map(({ fields }) => [...fields]);
};

describe('text in another encoding', () => {
  it('is refused, because names that differ in one byte would become one', async () => {
    const latin1 = Buffer.from('timestamp,series,value\n60,caf\xe9,1\n', 'latin1');
    await expect(textOf([latin1])).rejects.toThrow(InvalidInputError);
    await expect(textOf([latin1])).rejects.toThrow(/f: found bytes that are not utf-8.*iconv -f latin1/);
    await expect(textOf([Buffer.from('abc\xc3', 'latin1')])).rejects.toThrow('not utf-8');
  });

  it('may split a character over chunks', async () => {
    const bytes = Buffer.from('a,é,b');
    expect(await textOf([bytes.subarray(0, 3), bytes.subarray(3)])).toBe('a,é,b');
  });
});

describe('a series CSV', () => {
  it('gives one unnamed series for timestamp,value', async () => {
    const found = await read('timestamp,value\n60,1\n120,2.5\n');
    expect([...found]).toEqual([['value', { timestamps: [60, 120], values: [1, 2.5] }]]);
  });

  it('groups by series in order of appearance, with columns in any order and case', async () => {
    const found = await read('Value, Series ,TIMESTAMP\n1,b,60\n2,a,60\n3,b,120\n');
    expect([...found.keys()]).toEqual(['b', 'a']);
    expect(found.get('b')).toEqual({ timestamps: [60, 120], values: [1, 3] });
  });

  it('reads the output of simulate: target and metric name the series', async () => {
    const found = await read('timestamp,target,metric,value,profile,unit\n60,web-1,cpu_percent,5,web,%\n');
    expect([...found.keys()]).toEqual(['web-1/cpu_percent']);
  });

  it('accepts a byte order mark, CRLF, blank lines, quotes and a missing last newline', async () => {
    const found = await read('\uFEFFtimestamp,series,value\r\n60,"a, ""b""",1\r\n\r\n120,"a, ""b""",2');
    expect(found.get('a, "b"')).toEqual({ timestamps: [60, 120], values: [1, 2] });
  });

  it.each(['', 'NaN', 'nan', 'null', 'NA'])('reads %j as a missing value', async (text) => {
    expect((await read(`timestamp,value\n60,${text}\n`)).get('value')?.values).toEqual([Number.NaN]);
  });

  it.each([
    ['', 'f.csv line 1: found nothing, expected a header "timestamp,value" or "timestamp,series,value"'],
    ['60,1\n', 'f.csv line 1: found "60,1", expected a header'],
    ['a,b\n', 'f.csv line 1: found "a,b", expected a header'],
    ['timestamp\n60\n', 'f.csv line 1: found "timestamp", expected a header'],
    [
      'timestamp,value,wert\n',
      'expected a header "timestamp,value" or "timestamp,series,value"; remove "wert"',
    ],
    ['timestamp,value,value\n', '"value" is a second column for the value'],
    ['timestamp,value,y\n', '"y" is a second column for the value'],
    ['date,time,cpu\n', 'found the columns "date" and "time", expected one column of times: join date'],
    ['time,cpu,cpu\n', 'found the column "cpu" twice, expected a different name for each series'],
    ['time,,cpu\n', 'found no name of column 2, expected a name for each series'],
    ['timestamp,value\n', 'f.csv: found the end of the file, expected a row of data'],
    ['timestamp,value\n60,1\n60\n', 'f.csv line 3: found 1 field, expected 2 (timestamp,value)'],
    ['time,a,b\n60,1,2\n120,1\n', 'f.csv line 3: found 2 fields, expected 3 (one time and 2 series)'],
    ['time,a\n60,1,2\n', 'f.csv line 2: found 3 fields, expected 2'],
    ['timestamp,value\nsoon,1\n', 'f.csv line 2: found timestamp "soon", expected ISO 8601'],
    ['timestamp,value\n60,much\n', 'f.csv line 2: found value "much", expected a finite number'],
    ['timestamp,value\n60,Infinity\n', 'found value "Infinity", expected a finite number'],
    ['timestamp,value\n60,-inf\n', 'found value "-inf", expected a finite number'],
    ['timestamp,value,kind\n60,1,total\n', 'found kind "total", expected one of gauge, counter, delta'],
    ['timestamp,value\n"60,1\n', 'f.csv line 2: found a quote without its end'],
  ])('rejects %j with its line, what was found and what was expected', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it.each([
    ['24/11/2026 00:05', 'a date with the year first'],
    ['11.24.2026', 'a date with the year first'],
    ['2026-11-24 00:05 CET', 'UTC or an offset such as +01:00 instead of the name of a time zone'],
    ['1.79548E+12', 'ISO 8601'],
  ])('says what to do about the time %j', async (time, advice) => {
    await expect(read(`timestamp,value\n${time},1\n`)).rejects.toThrow(
      `f.csv line 2: found timestamp "${time}", expected ${advice}`,
    );
  });

  it('refuses epoch times in two units', async () => {
    await expect(read('timestamp,value\n1795478700,1\n1795479000000,2\n')).rejects.toThrow(
      'line 3: found timestamp "1795479000000", expected epoch seconds, as above; this number looks like milliseconds',
    );
  });

  it.each([
    ['28.8%', 'a plain number: export raw values'],
    ['1.5 GiB', 'a plain number: export raw values'],
  ])('says what to do about the value %j', async (value, advice) => {
    await expect(read(`timestamp,value\n60,${value}\n`)).rejects.toThrow(
      `found value "${value}", expected ${advice}`,
    );
  });

  it('reads a decimal comma if any value shows that it is one', async () => {
    const found = await read('timestamp;value\n60;1,234\n120;28,78\n180;5\n');
    expect(found.get('value')?.values).toEqual([1.234, 28.78, 5]);
    await expect(read('timestamp;value\n60;1,234\n120;2,345\n')).rejects.toThrow(
      'line 2: found value "1,234", expected a point as decimal sign',
    );
  });

  it('rejects a line of more than a million characters without buffering it', async () => {
    await expect(read(`timestamp,value\n${'x'.repeat(1_500_000)}`)).rejects.toThrow(
      'f.csv line 2: found a line of more than a million characters',
    );
    await expect(read(`timestamp,value\n"${'x'.repeat(1_500_000)}`)).rejects.toThrow(
      'f.csv line 2: found a line of more than a million characters',
    );
    await expect(read('x'.repeat(1_500_000))).rejects.toThrow(
      'f.csv line 1: found a line of more than a million characters',
    );
  });

  it.each(['utf-16le', 'utf-16be'] as const)(
    'reads %s with and without a byte order mark',
    async (encoding) => {
      const swap = encoding === 'utf-16be';
      for (const mark of ['', '\uFEFF']) {
        const bytes = Buffer.from(`${mark}timestamp,value\r\n60,1\r\n`, 'utf16le');
        const lines: string[] = [];
        const found = await readBytes([swap ? bytes.swap16() : bytes], (line) => lines.push(line));
        expect(found.get('value')).toEqual({ timestamps: [60], values: [1] });
        expect(lines).toEqual([`f.csv: read as CSV with one point a row; ${encoding.toUpperCase()}`]);
      }
    },
  );

  it('reports nothing about its own format', async () => {
    const lines: string[] = [];
    await read('timestamp,series,value\n2026-11-20 12:05:00,a,1\n', (line) => lines.push(line));
    expect(lines).toEqual([]);
  });
});

describe('decoding text', () => {
  it('joins characters and line ends that are split across reads', async () => {
    const bytes = Buffer.from('äb\ncd\r\ne\rf\r');
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await textOf(single)).toBe('äb\ncd\ne\nf\n');
  });

  it('unpacks .gz, and reports a file that is not gzip', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'forestall-'));
    const good = join(directory, 'a.csv.gz');
    const bad = join(directory, 'b.csv.gz');
    writeFileSync(good, gzipSync('timestamp,value\n60,1\n'));
    writeFileSync(bad, 'timestamp,value\n60,1\n');
    const stdin = Readable.from([]);
    expect((await readSeriesPoints(openInput(good, stdin))).size).toBe(1);
    await expect(readSeriesPoints(openInput(bad, stdin))).rejects.toThrow('b.csv.gz: cannot be read');
  });

  it('reports an unusable path', () => {
    const stdin = Readable.from([]);
    expect(() => openInput('/nowhere/a.csv', stdin)).toThrow('/nowhere/a.csv: no such file');
    expect(() => openInput(tmpdir(), stdin)).toThrow('found a directory, expected a file');
    expect(openInput('-', stdin)).toEqual({ name: 'stdin', stream: stdin });
  });
});

describe('CSV fields', () => {
  it('round-trip through quoting and splitting', () => {
    expect(rowsOf(' a , b ,')).toEqual([['a', 'b', '']]);
    expect(rowsOf('"a ""x"", b",c,""')).toEqual([['a "x", b', 'c', '']]);
    expect(rowsOf(`1,${csvField('a,"b"')},2`)).toEqual([['1', 'a,"b"', '2']]);
    expect(rowsOf('a;b\n"1\n2";3')).toEqual([
      ['a', 'b'],
      ['1\n2', '3'],
    ]);
    expect(csvField('plain')).toBe('plain');
  });

  it('are shown truncated and without control characters', () => {
    expect(quoteFound('a\u0000\u001b\u009bb')).toBe('"a\\u0000\\u001b\\x9bb"');
    expect(quoteFound('x'.repeat(99))).toBe(`"${'x'.repeat(40)}…"`);
  });
});
