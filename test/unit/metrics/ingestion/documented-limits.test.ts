import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAX_BLOCK_POINTS } from '../../../../core/metrics/blocks/block.ts';
import { INGEST_LIMITS, MAX_FUTURE_SECONDS } from '../../../../core/metrics/ingestion/decoding/limits.ts';
import { MAX_METRICS_PER_TARGET } from '../../../../core/metrics/targets/target.ts';
import { prod } from '../../../../lib/config/prod.ts';

const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8');
const limits = readme.slice(readme.indexOf('## Limits'), readme.indexOf('## Learn more'));
const number = (value: number): string => value.toLocaleString('en-US');
const megabytes = (value: number): string => `${value / 1e6} MB`;

it.each([
  megabytes(INGEST_LIMITS.maxBytes),
  `${megabytes(INGEST_LIMITS.maxUnzippedBytes)} decompressed`,
  `${number(INGEST_LIMITS.maxPoints)} points`,
  `${number(INGEST_LIMITS.maxTargets)} targets`,
  `${number(INGEST_LIMITS.maxSeries)} series`,
  `${number(MAX_METRICS_PER_TARGET)} metrics`,
  `${number(MAX_BLOCK_POINTS)} points in an hour`,
  `${MAX_FUTURE_SECONDS / 60} minutes in the future`,
  `older than ${prod.hotRetentionDays} days`,
  `${number(prod.quotas.pointsPerMinute)} points a minute`,
])('the README states the limit "%s" of the code', (limit) => {
  expect(limits).toContain(limit);
});
