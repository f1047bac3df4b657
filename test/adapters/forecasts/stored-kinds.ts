import { gunzipSync } from 'node:zlib';
import { ARCHIVE_LINE } from '../../../adapters/forecasts/archive-line.ts';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoInterventionStore } from '../../../adapters/forecasts/intervention-store.ts';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { s3StateFiles } from '../../../adapters/forecasts/state-files.ts';
import type { BreachExplanation } from '../../../core/forecasts/breach-explanation.ts';
import { decodeBatchStates, encodeBatchStates } from '../../../core/forecasts/codec/batch-states.ts';
import { decodeForecasts, encodeForecasts } from '../../../core/forecasts/codec/forecast-codec.ts';
import { failureOf, newRun } from '../../../core/forecasts/runs/sum-results.ts';
import type { PredictedBreach } from '../../../core/forecasts/target-forecast.ts';
import { readStored } from '../../../core/shared/stored-format.ts';
import { sampleMetric, sampleTarget } from '../../unit/forecasts/codec/forecast-samples.ts';
import { type BinaryKind, firstByteRaised, NOW, type StoredKind } from '../aws/stored-kind.ts';

const runId = '2026-11-21T10-05-00Z-abcd';
const run = {
  ...newRun({ tenantId: 'acme', runId, trigger: 'api', startedAt: NOW * 1000 }),
  failures: [failureOf('web-1', undefined, 'no data')],
};
const { threshold, breach } = sampleMetric('cpu');
const explanation: BreachExplanation = {
  issuedAt: NOW * 1000,
  reasons: [
    { kind: 'recent-climb', share: 93, text: 'it has climbed by 9.1 per hour' },
    { kind: 'usual-level', share: 7, text: 'its usual course leads there' },
  ],
  counterfactual: 'Without the first reason, the probability would be 3 % instead of 97 %.',
};
const predicted: PredictedBreach = {
  ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu', profile: 'web', runId, issuedAt: NOW * 1000 },
  ...{ risk: 40, threshold, breach, expectedPeak: 1e200 },
  explanation,
  warning: {
    ...{ severity: 'critical', since: NOW * 1000 - 7_200_000, lessSince: { warning: null, critical: 1e12 } },
    announced: { at: NOW * 1000, reason: 'severity-raised' },
  },
};
const intervention = { tenantId: 'acme', id: 'r-1', targetIds: ['web-1'], at: NOW };
const counts = { targets: 2, series: 4, forecasts: 3, breaches: 1, failed: 1 };
const result = { index: 3, deferred: 2, ...counts, failures: [failureOf('web-1', 'cpu', 'too short')] };
const forecast = sampleTarget(['cpu']);

export const FORECAST_KINDS: readonly StoredKind[] = [
  {
    kind: 'forecast run',
    version: 1,
    key: / RUN#/,
    write: ({ table }) => dynamoRunStore(table).begin(run),
    read: ({ table }) => dynamoRunStore(table).get('acme', runId),
    content: run,
  },
  {
    kind: 'claim on a forecast run',
    version: 1,
    key: / RUNKEY#/,
    write: ({ table }) => dynamoRunStore(table).claim('acme', 'k', runId, NOW + 60),
    read: (storage) => {
      storage.freeze();
      return dynamoRunStore(storage.table).claim('acme', 'k', 'another run', NOW + 60);
    },
    content: runId,
  },
  {
    kind: 'predicted breach',
    version: 1,
    key: / BREACH#/,
    write: ({ table }) =>
      dynamoBreachStore(table).change(
        predicted,
        { put: [predicted], remove: [] },
        { listedUntil: NOW + 60, expiresAt: NOW + 600 },
      ),
    read: async ({ table }) => (await dynamoBreachStore(table).list('acme', {}, { limit: 1 })).items[0],
    content: predicted,
  },
  {
    kind: 'intervention',
    version: 1,
    key: / INTERVENTION#/,
    write: ({ table }) => dynamoInterventionStore(table).put(intervention),
    read: async ({ table }) => (await dynamoInterventionStore(table).since('acme', NOW))[0],
    content: intervention,
  },
  {
    kind: 'batch',
    version: 1,
    key: /batches\/0003\.json$/,
    write: ({ bucket }) => s3RunFiles(bucket).writeBatch('acme', runId, 3, ['web-1']),
    read: async ({ bucket, objects }) => s3RunFiles(bucket).readBatch([...objects.keys()][0] ?? ''),
    content: ['web-1'],
  },
  {
    kind: 'batch result',
    version: 1,
    key: /results\/0003\.json$/,
    write: ({ bucket }) => s3RunFiles(bucket).writeResult('acme', runId, result),
    read: async ({ bucket }) => (await s3RunFiles(bucket).readResults('acme', runId))[0],
    content: result,
  },
  {
    kind: 'archived forecast',
    version: 1,
    key: /\.gz$/,
    write: ({ bucket }) => s3RunFiles(bucket).archiveForecasts('acme', runId, 3, NOW * 1000, [forecast]),
    read: async ({ objects }) => {
      const [name, bytes] = [...objects][0] ?? ['', new Uint8Array()];
      const line: unknown = JSON.parse(gunzipSync(bytes).toString());
      const { quantiles: _, mean: __, ...rest } = readStored(ARCHIVE_LINE, line, name);
      return rest;
    },
    content: {
      ...{ tenant: 'acme', target: 'web-1', metric: 'cpu', runId: forecast.runId },
      issuedAt: '2026-11-21T10:05:00.000Z',
      ...{ start: NOW, stepSeconds: 300, horizon: 96, model: 'ensemble-1.0.0', threshold, breach },
      reason: forecast.metrics[0]?.forecast.reason,
      warnings: forecast.metrics[0]?.forecast.warnings,
      members: forecast.metrics[0]?.forecast.members,
    },
  },
];

const states = { issuedAt: NOW * 1000, states: new Map([['web-1', new Map([['cpu', 'learned']])]]) };
const [encoded = new Uint8Array()] = encodeForecasts(forecast, 350_000);

export const FORECAST_BINARY_KINDS: readonly BinaryKind[] = [
  {
    kind: 'forecast',
    write: async (storage, bytes) => {
      await dynamoForecastStore(storage.table).put(forecast, NOW + 60);
      for (const item of storage.items.values()) item.data = bytes;
    },
    read: ({ table }) => dynamoForecastStore(table).get('acme', 'web-1'),
    sample: encoded,
    content: decodeForecasts(encoded),
    newer: firstByteRaised,
  },
  {
    kind: 'states of a batch',
    write: ({ bucket }, bytes) => s3StateFiles(bucket).replace('acme', 3, bytes, undefined),
    read: async ({ bucket }) =>
      decodeBatchStates((await s3StateFiles(bucket).read('acme', 3))?.bytes ?? new Uint8Array()),
    sample: encodeBatchStates(states),
    content: states,
    newer: firstByteRaised,
  },
];
