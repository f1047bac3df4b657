import { gunzipSync, gzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { failureOf } from '../../../core/forecasts/runs/sum-results.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../core/shared/errors.ts';
import { sampleTarget } from '../../unit/forecasts/codec/forecast-samples.ts';

const s3 = mockClient(S3Client);
const files = s3RunFiles({ client: new S3Client({ region: 'us-east-1' }), bucketName: 'forecasts' });
const runId = '2026-11-21T10-05-00Z-abcd';

const bodyOf = (text: string) => ({ Body: { transformToByteArray: async () => Buffer.from(text) } }) as never;
const lastPut = () => s3.commandCalls(PutObjectCommand).at(-1)?.args[0].input;

beforeEach(() => {
  s3.reset();
  s3.on(PutObjectCommand).resolves({});
});

describe('batches', () => {
  it('are written under their key and read back', async () => {
    const key = await files.writeBatch('acme', runId, 7, ['a', 'b']);
    expect(key).toBe(`runs/tenant=acme/${runId}/batches/0007.json`);
    expect(lastPut()).toMatchObject({
      Bucket: 'forecasts',
      Key: key,
      Body: '{"schemaVersion":1,"targetIds":["a","b"]}',
    });
    s3.on(GetObjectCommand).resolves(bodyOf(String(lastPut()?.Body)));
    expect(await files.readBatch(key)).toEqual(['a', 'b']);
  });

  it('that are missing are invalid input, and those without a list of targets unreadable', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: {}, message: 'no' }));
    const reading = files.readBatch('k');
    await expect(reading).rejects.toThrow(InvalidInputError);
    await expect(reading).rejects.toThrow(/object k does not exist/);
    s3.on(GetObjectCommand).resolves(bodyOf('{"schemaVersion":1}'));
    await expect(files.readBatch('k')).rejects.toThrow(UnreadableItemError);
    s3.on(GetObjectCommand).resolves(bodyOf('not json'));
    await expect(files.readBatch('k')).rejects.toThrow('batch k cannot be read: it is not JSON');
    s3.on(GetObjectCommand).resolves({});
    await expect(files.readBatch('k')).rejects.toThrow(DependencyUnavailableError);
  });

  it('are retriable while S3 throttles, and pass on permanent errors', async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('slow'), { name: 'SlowDown' }));
    await expect(files.readBatch('k')).rejects.toThrow(DependencyUnavailableError);
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    await expect(files.readBatch('k')).rejects.toThrow('no');
  });
});

describe('results', () => {
  const result = (index: number) => ({
    ...{ index, targets: 1, series: 2, forecasts: 1, breaches: 0, failed: 2, deferred: 0 },
    failures: [failureOf('t', 'm', 'why'), failureOf('t', undefined, 'why')],
  });

  it('are all read, over several pages', async () => {
    await files.writeResult('acme', runId, result(1));
    expect(lastPut()?.Key).toBe(`runs/tenant=acme/${runId}/results/0001.json`);
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [{ Key: '1' }], NextContinuationToken: 'more' })
      .resolves({ Contents: [{ Key: '2' }, {}] });
    s3.on(GetObjectCommand, { Key: '1' }).resolves(
      bodyOf(JSON.stringify({ schemaVersion: 1, ...result(1) })),
    );
    s3.on(GetObjectCommand, { Key: '2' }).resolves(
      bodyOf(JSON.stringify({ schemaVersion: 1, ...result(2) })),
    );
    expect(await files.readResults('acme', runId)).toEqual([result(1), result(2)]);
    expect(s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input)).toMatchObject([
      { Prefix: `runs/tenant=acme/${runId}/results/` },
      { ContinuationToken: 'more' },
    ]);
  });

  it('are empty if no batch stored any', async () => {
    s3.on(ListObjectsV2Command).resolves({});
    expect(await files.readResults('acme', runId)).toEqual([]);
  });
});

describe('the archive', () => {
  it('contains one line per series, for comparison with actual values', async () => {
    const targets = [sampleTarget(['cpu', 'memory']), sampleTarget([], { targetId: 'empty' })];
    const key = await files.archiveForecasts('acme', runId, 3, targets[0]!.issuedAt, targets);
    expect(key).toBe(`forecasts/tenant=acme/date=2026-11-21/${runId}-0003.jsonl.gz`);
    const lines = gunzipSync(lastPut()?.Body as Uint8Array)
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ target, metric }) => `${target} ${metric}`)).toEqual(['web-1 cpu', 'web-1 memory']);
    expect(lines[0]).toMatchObject({
      tenant: 'acme',
      model: 'ensemble-1.0.0',
      stepSeconds: 300,
      horizon: 96,
    });
    expect(lines[0].quantiles['0.9']).toHaveLength(96);
    const { mean, quantiles } = targets[0]!.metrics[0]!.forecast;
    const band = Math.abs(quantiles[8]![4]! - quantiles[0]![4]!);
    expect(Math.abs(lines[0].mean[4] - mean[4]!)).toBeLessThan(band / 500);
    expect(String(lines[0].mean[4]).length).toBeLessThan(8);
  });

  it('is read back as it can be scored', async () => {
    const target = sampleTarget(['cpu', 'memory']);
    await files.archiveForecasts('acme', runId, 3, target.issuedAt, [target]);
    const [Key, body] = [lastPut()?.Key, lastPut()?.Body as Uint8Array];
    s3.on(GetObjectCommand, { Key }).resolves({ Body: { transformToByteArray: async () => body } as never });
    const read = await files.readForecasts('acme', runId, 3, target.issuedAt);
    expect(read.map(({ targetId, metric }) => `${targetId} ${metric}`)).toEqual([
      'web-1 cpu',
      'web-1 memory',
    ]);
    const { forecast, threshold } = target.metrics[0]!;
    const { start, stepSeconds, horizon, quantileLevels, model } = forecast;
    expect(read[0]).toMatchObject({ start, stepSeconds, horizon, quantileLevels, model, threshold });
    expect(read[0]!.breach).toMatchObject({ probability: 0.25, severity: 'info' });
    expect(read[0]!.quantiles[8]![4]).toBeCloseTo(forecast.quantiles[8]![4]!, 1);
  });

  it('is empty if the batch archived nothing, and names an object that is damaged', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: {}, message: 'no' }));
    expect(await files.readForecasts('acme', runId, 3, 0)).toEqual([]);
    for (const bytes of [Buffer.from('{}'), gzipSync('not JSON')]) {
      s3.on(GetObjectCommand).resolves({ Body: { transformToByteArray: async () => bytes } as never });
      await expect(files.readForecasts('acme', runId, 3, 0)).rejects.toThrow(UnreadableItemError);
      await expect(files.readForecasts('acme', runId, 3, 0)).rejects.toThrow(/1970-01-01/);
    }
  });
});
