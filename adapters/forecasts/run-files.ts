import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { scaleOf } from '../../core/forecasts/codec/quantile-tracks.ts';
import type { Forecast } from '../../core/forecasts/engine/forecast.ts';
import type { BatchResult } from '../../core/forecasts/forecast-run.ts';
import {
  archiveFileKey,
  batchFileKey,
  resultFileKey,
  resultFilesPrefix,
} from '../../core/forecasts/object-keys.ts';
import type { RunFiles } from '../../core/forecasts/ports.ts';
import type { MetricForecast, TargetForecast } from '../../core/forecasts/target-forecast.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

const compress = promisify(gzip);

export interface RunFilesOptions {
  readonly client: S3Client;
  readonly bucketName: string;
}

const TargetIds = z.array(z.string());
const Result = z.object({
  index: z.number(),
  targets: z.number(),
  series: z.number(),
  forecasts: z.number(),
  breaches: z.number(),
  failed: z.number(),
  failures: z.array(
    z
      .object({ targetId: z.string(), metric: z.string().optional(), reason: z.string() })
      .transform(({ targetId, metric, reason }) => ({ targetId, metric, reason })),
  ),
});

/** Results read at the same time when a run is closed. */
const PARALLEL_READS = 20;

const put = async (
  { client, bucketName }: RunFilesOptions,
  key: string,
  body: string | Uint8Array,
  type: string,
): Promise<string> => {
  const command = new PutObjectCommand({ Bucket: bucketName, Key: key, Body: body, ContentType: type });
  await withSdkErrors(`writing ${key}`, () => client.send(command));
  return key;
};

const getJson = async ({ client, bucketName }: RunFilesOptions, key: string): Promise<unknown> => {
  try {
    const text = await withSdkErrors(`reading ${key}`, async () => {
      const object = await client.send(new GetObjectCommand({ Bucket: bucketName, Key: key }));
      return object.Body?.transformToString();
    });
    return JSON.parse(text ?? 'null');
  } catch (cause) {
    if (!(cause instanceof NoSuchKey)) throw cause;
    throw new InvalidInputError(`there is no object ${key}`, { cause });
  }
};

const listKeys = async ({ client, bucketName }: RunFilesOptions, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucketName,
      Prefix: prefix,
      ContinuationToken: token,
    });
    const page = await withSdkErrors(`listing ${prefix}`, () => client.send(command));
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
};

const readResults = async (options: RunFilesOptions, prefix: string): Promise<BatchResult[]> => {
  const keys = await listKeys(options, prefix);
  const results: BatchResult[] = [];
  for (let from = 0; from < keys.length; from += PARALLEL_READS) {
    const some = keys.slice(from, from + PARALLEL_READS).map((key) => getJson(options, key));
    results.push(...z.array(Result).parse(await Promise.all(some)));
  }
  return results;
};

/**
 * Rounds to a power of ten no coarser than the unit in which the forecast is served, a small share of its own band: no
 * score sees the difference, and the archive's size is mostly digits. Exact where the band is empty.
 */
const roundedFor = (forecast: Forecast): ((values: Float64Array) => number[]) => {
  const { unit, exact } = scaleOf(forecast);
  if (exact || unit === 0) return (values) => Array.from(values);
  const decimals = -Math.floor(Math.log10(unit));
  const scale = 10 ** decimals;
  return (values) =>
    Array.from(values, (value) => Number((Math.round(value * scale) / scale).toPrecision(15)));
};

const archiveLine = (
  target: TargetForecast,
  { metric, forecast, threshold, breach }: MetricForecast,
): string => {
  const { quantileLevels, quantiles, mean, members, ...about } = forecast;
  const rounded = roundedFor(forecast);
  return JSON.stringify({
    tenant: target.tenantId,
    target: target.targetId,
    metric,
    runId: target.runId,
    issuedAt: new Date(target.issuedAt).toISOString(),
    ...about,
    quantiles: Object.fromEntries(quantileLevels.map((level, l) => [level, rounded(quantiles[l]!)])),
    mean: rounded(mean),
    members,
    threshold,
    breach,
  });
};

/** Working files and archive of runs in the forecast bucket. */
export const s3RunFiles = (options: RunFilesOptions): RunFiles => ({
  writeBatch: (tenantId, runId, index, targetIds) =>
    put(options, batchFileKey(tenantId, runId, index), JSON.stringify(targetIds), 'application/json'),
  readBatch: async (key) => {
    const parsed = TargetIds.safeParse(await getJson(options, key));
    if (!parsed.success)
      throw new InvalidInputError(`${key} holds no list of targets`, { cause: parsed.error });
    return parsed.data;
  },
  writeResult: async (tenantId, runId, result) => {
    const key = resultFileKey(tenantId, runId, result.index);
    await put(options, key, JSON.stringify(result), 'application/json');
  },
  readResults: (tenantId, runId) => readResults(options, resultFilesPrefix(tenantId, runId)),
  archiveForecasts: async (tenantId, runId, index, issuedAt, forecasts) => {
    const key = archiveFileKey(tenantId, issuedAt, runId, index);
    const lines = forecasts.flatMap((target) => target.metrics.map((metric) => archiveLine(target, metric)));
    return put(options, key, await compress(lines.map((line) => `${line}\n`).join('')), 'application/gzip');
  },
});
