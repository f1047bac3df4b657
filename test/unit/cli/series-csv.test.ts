import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { csvField, quoteFound, splitCsvRow } from '../../../cli/input/csv-row.ts';
import { lineBatches, openInput } from '../../../cli/input/line-batches.ts';
import { readSeriesCsv } from '../../../cli/input/series-csv.ts';

const read = (text: string) => readSeriesCsv({ name: 'f.csv', stream: Readable.from([Buffer.from(text)]) });
const linesOf = async (chunks: readonly Uint8Array[]): Promise<string[]> => {
  const all: string[] = [];
  for await (const lines of lineBatches({ name: 'f', stream: Readable.from(chunks) })) all.push(...lines);
  return all;
};

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
    ['timestamp,wert\n', 'f.csv line 1: found "timestamp,wert", expected a header'],
    ['timestamp,value,value\n', 'f.csv line 1: found "timestamp,value,value"'],
    ['timestamp,value\n', 'f.csv line 2: found the end of the file, expected a row of data'],
    ['timestamp,value\n60,1\n60\n', 'f.csv line 3: found 1 fields, expected 2 (timestamp,value)'],
    ['timestamp,value\nsoon,1\n', 'f.csv line 2: found timestamp "soon", expected ISO 8601'],
    ['timestamp,value\n1392381015000,1\n', 'line 2: found timestamp "1392381015000", expected ISO 8601'],
    ['timestamp,value\n60,much\n', 'f.csv line 2: found value "much", expected a finite number'],
    ['timestamp,value\n60,Infinity\n', 'found value "Infinity", expected a finite number'],
    ['timestamp,value\n60,-inf\n', 'found value "-inf", expected a finite number'],
  ])('rejects %j with its line, what was found and what was expected', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('rejects a line of more than a million characters without buffering it', async () => {
    await expect(read(`timestamp,value\n${'x'.repeat(1_500_000)}`)).rejects.toThrow(
      'f.csv line 2: found a line of more than a million characters',
    );
  });
});

describe('reading lines', () => {
  it('joins lines and characters that are split across reads', async () => {
    const bytes = Buffer.from('äb\ncd\r\ne');
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await linesOf(single)).toEqual(['äb', 'cd', 'e']);
  });

  it('unpacks .gz, and reports a file that is not gzip', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'forestall-'));
    const good = join(directory, 'a.csv.gz');
    const bad = join(directory, 'b.csv.gz');
    writeFileSync(good, gzipSync('timestamp,value\n60,1\n'));
    writeFileSync(bad, 'timestamp,value\n60,1\n');
    const stdin = Readable.from([]);
    expect((await readSeriesCsv(openInput(good, stdin))).size).toBe(1);
    await expect(readSeriesCsv(openInput(bad, stdin))).rejects.toThrow('b.csv.gz: cannot be read');
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
    expect(splitCsvRow(' a , b ,')).toEqual(['a', 'b', '']);
    expect(splitCsvRow('"a ""x"", b",c,""')).toEqual(['a "x", b', 'c', '']);
    expect(splitCsvRow(`1,${csvField('a,"b"')},2`)).toEqual(['1', 'a,"b"', '2']);
    expect(csvField('plain')).toBe('plain');
  });

  it('are shown truncated and without control characters', () => {
    expect(quoteFound('a\u0000\u001b\u009bb')).toBe('"a\\u0000\\u001b\\x9bb"');
    expect(quoteFound('x'.repeat(99))).toBe(`"${'x'.repeat(40)}…"`);
  });
});
