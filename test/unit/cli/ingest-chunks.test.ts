import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CHUNK_LIMITS, type IngestChunk } from '../../../cli/input/ingest-chunk.ts';
import { chunkFile, type FileFormat } from '../../../cli/input/ingest-file.ts';
import { chunkJson } from '../../../cli/input/ingest-json.ts';
import { chunkPoints } from '../../../cli/input/ingest-points.ts';
import { readExport } from '../../../cli/input/read-export.ts';

const csvChunks = async (
  text: string,
  names = {},
  name = 'ec2_cpu_utilization_1.csv',
): Promise<IngestChunk[]> => {
  const chunks: IngestChunk[] = [];
  const stream = Readable.from([Buffer.from(text)]);
  for await (const chunk of chunkPoints(name, readExport({ name, stream }), names)) chunks.push(chunk);
  return chunks;
};
const bodyOf = (chunk: IngestChunk | undefined): string => String(chunk?.payload.body);

describe('CSV split into requests', () => {
  it('takes target and metric from the file name if there are no such columns', async () => {
    const [chunk] = await csvChunks('timestamp,value\n60,1\n');
    expect(bodyOf(chunk)).toBe('timestamp,target,metric,value\n60,ec2_1,cpu_utilization,1\n');
  });

  it('takes names from options, and uses the series as the target', async () => {
    const [named] = await csvChunks('timestamp,value\n60,1\n', { target: 'a,b', metric: 'm' });
    expect(bodyOf(named)).toBe('timestamp,target,metric,value\n60,"a,b",m,1\n');
    const [series] = await csvChunks('timestamp,series,value\n60,s,1\n', { metric: 'm' });
    expect(bodyOf(series)).toBe('timestamp,target,metric,value\n60,s,m,1\n');
  });

  it('sends every column of an ingest CSV, and only columns that the file has', async () => {
    const text = 'timestamp,target,metric,value,unit,kind,profile,tenant\n60,t,m,,%,delta,web,acme\n';
    expect(bodyOf((await csvChunks(text))[0])).toBe(text);
    const [chunk] = await csvChunks('timestamp,target,metric,value,unit\n60,t,m,NaN,%\n');
    expect(bodyOf(chunk)).toBe('timestamp,target,metric,value,unit\n60,t,m,,%\n');
  });

  it('takes columns as metrics, unless the metric is known and their names are no metrics', async () => {
    const header = 'timestamp,target,metric,value';
    const [unknown] = await csvChunks('time,received,sent\n60,1,2\n', { target: 'web-1' }, 'net.csv');
    expect(bodyOf(unknown)).toBe(`${header}\n60,web-1,received,1\n60,web-1,sent,2\n`);
    const [known] = await csvChunks('Time,web-1,web-2\n60,1,2\n', { metric: 'cpu_percent' });
    expect(bodyOf(known)).toBe(`${header}\n60,web-1,cpu_percent,1\n60,web-2,cpu_percent,2\n`);
    const [named] = await csvChunks('Time,cpu_percent,free memory\n60,1,2\n', { metric: 'x', target: 'a' });
    expect(bodyOf(named)).toBe(`${header}\n60,a,cpu_percent,1\n60,a,free memory,2\n`);
  });

  it('refuses two series that would get the same names', async () => {
    await expect(csvChunks('timestamp,series,value\n60,a b,1\n60,a/b,2\n')).rejects.toThrow(
      'the series "a b" and "a/b", which would both be cpu_utilization of a_b: rename one of them',
    );
  });

  it('sends each line once, within the limits, and maps lines back to the file', async () => {
    const rows = Array.from({ length: CHUNK_LIMITS.points * 2 + 5 }, (_, i) => `${i},${i}`);
    rows.splice(10, 0, '');
    const chunks = await csvChunks(`timestamp,value\n${rows.join('\n')}\n`);
    expect(chunks.map(({ points }) => points)).toEqual([CHUNK_LIMITS.points, CHUNK_LIMITS.points, 5]);
    const values = chunks.flatMap((chunk) => bodyOf(chunk).trimEnd().split('\n').slice(1));
    expect(values.map((line) => line.split(',')[0])).toEqual(
      rows.filter(Boolean).map((row) => row.split(',')[0]),
    );
    expect(chunks[0]?.fileLine(2)).toBe(2);
    expect(chunks[0]?.fileLine(12)).toBe(13);
    expect(chunks[2]?.fileLine(6)).toBe(rows.length + 1);
  });

  it('puts at most 5,000 hours of targets into one request', async () => {
    const rows = Array.from({ length: 6_000 }, (_, hour) => `${hour * 3600},a,m,1\n${hour * 3600},a,n,1`);
    const chunks = await csvChunks(`timestamp,target,metric,value\n${rows.join('\n')}\n`);
    expect(chunks.map(({ points }) => points)).toEqual([9_999, 2_001]);
  });

  it('puts at most 500 targets into one request', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => `60,t${i},m,1`);
    const chunks = await csvChunks(`timestamp,target,metric,value\n${rows.join('\n')}`);
    expect(chunks.map(({ points }) => points)).toEqual([500, 500, 200]);
  });

  it('rejects an empty file and one without the required columns', async () => {
    await expect(csvChunks('a,b\n')).rejects.toThrow('line 1: found "a,b", expected a header');
    await expect(csvChunks('')).rejects.toThrow('line 1: found nothing');
    expect(await csvChunks('timestamp,value\n')).toEqual([]);
  });
});

describe('JSON split into requests', () => {
  it('splits points and keeps the other fields', () => {
    const points = Array.from({ length: CHUNK_LIMITS.points + 1 }, (_, i) => ({ target: 't', value: i }));
    const chunks = [...chunkJson('f.json', JSON.stringify({ tenant: 'acme', points }))];
    expect(chunks.map((chunk) => chunk.points)).toEqual([CHUNK_LIMITS.points, 1]);
    expect(JSON.parse(bodyOf(chunks[1]))).toEqual({ tenant: 'acme', points: [points.at(-1)] });
  });

  it('splits a series that is too long for one request, keeping timestamps with values', () => {
    const timestamps = Array.from({ length: CHUNK_LIMITS.points + 10 }, (_, i) => i);
    const body = { series: [{ target: 't', metric: 'm', timestamps, values: timestamps }] };
    const parts = [...chunkJson('f.json', JSON.stringify(body))].flatMap(
      (chunk) => JSON.parse(bodyOf(chunk)).series,
    );
    expect(parts.length).toBe(2);
    expect(parts.flatMap((part) => part.values)).toEqual(timestamps);
    expect(parts[1].timestamps).toEqual(parts[1].values);
  });

  it('sends malformed series unchanged, for the server to reject', () => {
    const body = { series: [{ target: 't', timestamps: [1, 2], values: [1] }, 'x'] };
    const [chunk] = chunkJson('f.json', JSON.stringify(body));
    expect(JSON.parse(bodyOf(chunk))).toEqual(body);
  });

  it('accepts OTLP, including one request per line as written by the Collector', () => {
    const line = JSON.stringify({ resourceMetrics: [] });
    const chunks = [...chunkJson('f.jsonl', `${line}\n\n${line}\n`)];
    expect(chunks.map(({ payload }) => [payload.format, payload.contentType])).toEqual([
      ['otlp', 'application/json'],
      ['otlp', 'application/json'],
    ]);
  });

  it.each([
    ['', 'f.json line 1: found ""'],
    ['{"a":1}', 'f.json line 1: found "{\\"a\\":1}", expected JSON with "points"'],
    ['{"points":[]}\n{', 'f.json line 2: found "{"'],
    ['[1]', 'f.json line 1: found "[1]"'],
  ])('rejects %j with its line', (text, message) => {
    expect(() => [...chunkJson('f.json', text)]).toThrow(message);
  });
});

describe('files to ingest', () => {
  const directory = mkdtempSync(join(tmpdir(), 'forestall-'));
  const chunksOf = async (name: string, bytes: string | Uint8Array, format: FileFormat = 'auto') => {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    const chunks: IngestChunk[] = [];
    for await (const chunk of chunkFile(path, { format }, Readable.from([]))) chunks.push(chunk);
    return chunks;
  };
  const otlp = JSON.stringify({ resourceMetrics: [] });
  const prometheus = JSON.stringify({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [{ metric: { __name__: 'up', instance: 'a' }, values: [[60, '1']] }],
    },
  });

  it.each([
    ['a.csv', 'timestamp,value\n60,1\n', 'csv'],
    ['a.txt', 'timestamp,value\n60,1\n', 'csv'],
    ['a.json', '{"points":[{"target":"t"}]}', 'json'],
    ['a.csv', '{"points":[{"target":"t"}]}', 'json'],
    ['a.jsonl', `${otlp}\n${otlp}\n`, 'otlp'],
    ['a.json', otlp, 'otlp'],
    ['a.json', prometheus, 'csv'],
    ['a.pb', Uint8Array.of(10, 0, 255), 'otlp'],
  ])('%s with %j is read by its content', async (name, bytes, format) => {
    expect((await chunksOf(name, bytes))[0]?.payload.format).toBe(format);
  });

  it('may be protobuf, which is sent unchanged', async () => {
    const [chunk] = await chunksOf('a.pb', Uint8Array.of(10, 0, 255));
    expect(chunk?.payload).toEqual({ format: 'otlp', body: Uint8Array.of(10, 0, 255) });
  });

  it('of --format otlp may be JSON', async () => {
    const [chunk] = await chunksOf('a.json', otlp, 'otlp');
    expect(chunk?.payload.contentType).toBe('application/json');
  });

  it('of another format than --format are refused', async () => {
    await expect(chunksOf('a.txt', 'timestamp,value\n', 'json')).rejects.toThrow(
      'a.txt: found no JSON, expected JSON, as --format says',
    );
    await expect(chunksOf('a.json', otlp, 'csv')).rejects.toThrow('found JSON, expected CSV');
  });

  it('are named if they are missing', async () => {
    const missing = (path: string) => chunkFile(path, { format: 'auto' }, Readable.from([])).next();
    await expect(missing('/nowhere/a.json')).rejects.toThrow('/nowhere/a.json: no such file');
    await expect(missing('/nowhere/a.pb')).rejects.toThrow('/nowhere/a.pb: cannot be read');
  });
});
