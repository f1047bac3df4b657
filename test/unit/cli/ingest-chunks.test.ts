import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CHUNK_LIMITS, type IngestChunk } from '../../../cli/input/ingest-chunk.ts';
import { chunkCsv } from '../../../cli/input/ingest-csv.ts';
import { chunkFile, formatOf } from '../../../cli/input/ingest-file.ts';
import { chunkJson } from '../../../cli/input/ingest-json.ts';

const csvChunks = async (
  text: string,
  names = {},
  name = 'ec2_cpu_utilization_1.csv',
): Promise<IngestChunk[]> => {
  const chunks: IngestChunk[] = [];
  const stream = Readable.from([Buffer.from(text)]);
  for await (const chunk of chunkCsv({ name, stream }, names)) chunks.push(chunk);
  return chunks;
};
const bodyOf = (chunk: IngestChunk | undefined): string => String(chunk?.payload.body);

describe('CSV split into requests', () => {
  it('takes target and metric from the file name if there are no such columns', async () => {
    const [chunk] = await csvChunks('timestamp,value\n60,1\n');
    expect(bodyOf(chunk)).toBe('timestamp,value,target,metric\n60,1,ec2_1,cpu_utilization\n');
  });

  it('takes names from options, and uses the series as the target', async () => {
    const [named] = await csvChunks('timestamp,value\n60,1\n', { target: 'a,b', metric: 'm' });
    expect(bodyOf(named)).toBe('timestamp,value,target,metric\n60,1,"a,b",m\n');
    const [series] = await csvChunks('timestamp,series,value\n60,s,1\n', { metric: 'm' });
    expect(bodyOf(series)).toBe('timestamp,target,value,metric\n60,s,1,m\n');
  });

  it('sends an ingest CSV unchanged', async () => {
    const text = 'timestamp,target,metric,value,unit\n60,t,m,NaN,%\n';
    expect(bodyOf((await csvChunks(text))[0])).toBe(text);
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
  it('are parsed by their extension', () => {
    expect(['a.csv', 'a.JSON', 'a.jsonl.gz', 'a.pb', 'a.txt', '-'].map(formatOf)).toEqual([
      'csv',
      'json',
      'json',
      'otlp',
      'csv',
      'csv',
    ]);
  });

  it('may be protobuf, which is sent unchanged', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'forestall-')), 'a.pb');
    writeFileSync(path, Uint8Array.of(10, 0, 255));
    const chunks: IngestChunk[] = [];
    for await (const chunk of chunkFile(path, 'auto', {}, Readable.from([]))) chunks.push(chunk);
    expect(chunks[0]?.payload).toEqual({ format: 'otlp', body: Uint8Array.of(10, 0, 255) });
  });

  it('are named if they are missing', async () => {
    await expect(chunkFile('/nowhere/a.json', 'auto', {}, Readable.from([])).next()).rejects.toThrow(
      '/nowhere/a.json: cannot be read',
    );
  });
});
