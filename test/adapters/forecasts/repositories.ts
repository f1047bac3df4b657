import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoInterventionStore } from '../../../adapters/forecasts/intervention-store.ts';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { s3StateFiles } from '../../../adapters/forecasts/state-files.ts';
import { batchFileKey } from '../../../core/forecasts/object-keys.ts';
import type {
  BreachStore,
  ForecastStore,
  InterventionStore,
  RunFiles,
  RunStore,
  StateFiles,
} from '../../../core/forecasts/ports.ts';
import { newRun } from '../../../core/forecasts/runs/sum-results.ts';
import type { PredictedBreach } from '../../../core/forecasts/target-forecast.ts';
import { sampleMetric, sampleTarget } from '../../unit/forecasts/codec/forecast-samples.ts';
import { type Repository, repository } from '../aws/repository.ts';
import { NOW } from '../aws/stored-kind.ts';

const [RUN, NEXT_RUN] = ['2026-11-21T10-05-00Z-abcd', '2026-11-21T11-05-00Z-abcd'];
const run = (tenantId: string, runId = RUN) =>
  newRun({ tenantId, runId, trigger: 'api', startedAt: NOW * 1000 });
const forecast = (tenantId: string) => sampleTarget(['cpu'], { tenantId });
const { threshold, breach } = sampleMetric('cpu');
const predicted = (tenantId: string, metric: string): PredictedBreach => ({
  ...{ tenantId, targetId: 'web-1', metric, profile: 'web', runId: RUN, issuedAt: NOW * 1000 },
  ...{ risk: 40, threshold, breach, expectedPeak: 99, warning: null, explanation: null },
});
const result = { index: 3, deferred: 0, targets: 1, series: 1, forecasts: 1, breaches: 0, failed: 0 };

export const FORECAST_REPOSITORIES: readonly Repository[] = [
  repository<ForecastStore>('ForecastStore', ({ table }) => dynamoForecastStore(table), {
    put: (store, tenantId) => store.put(forecast(tenantId), NOW + 600),
    get: (store, tenantId) => store.get(tenantId, 'web-1'),
  }),
  repository<BreachStore>('BreachStore', ({ table }) => dynamoBreachStore(table), {
    change: (store, tenantId) =>
      store.change(
        predicted(tenantId, 'cpu'),
        { put: ['cpu', 'memory', 'disk'].map((metric) => predicted(tenantId, metric)), remove: ['swap'] },
        { listedUntil: NOW + 60, expiresAt: NOW + 600 },
      ),
    stored: (store, tenantId) => store.stored(tenantId, 'web-1'),
    // Through the index by risk, in which the partitions of all tenants lie side by side.
    list: (store, tenantId) => store.list(tenantId, { minProbability: 0 }, { limit: 1 }),
  }),
  repository<InterventionStore>('InterventionStore', ({ table }) => dynamoInterventionStore(table), {
    put: (store, tenantId) => store.put({ tenantId, id: 'r-1', targetIds: ['web-1'], at: NOW }),
    since: (store, tenantId) => store.since(tenantId, NOW - 60),
  }),
  repository<RunStore>('RunStore', ({ table }) => dynamoRunStore(table), {
    claim: (store, tenantId) => store.claim(tenantId, 'nightly', RUN, NOW + 600),
    claimed: (store, tenantId) => store.claimed(tenantId, 'nightly'),
    begin: async (store, tenantId) => {
      await store.begin(run(tenantId, NEXT_RUN));
      await store.begin(run(tenantId));
    },
    finish: (store, tenantId) =>
      store.finish({ ...run(tenantId), status: 'SUCCEEDED', finishedAt: NOW * 1000 }),
    get: (store, tenantId) => store.get(tenantId, RUN),
    list: (store, tenantId) => store.list(tenantId, { limit: 1 }),
  }),
  repository<RunFiles>('RunFiles', ({ bucket }) => s3RunFiles(bucket), {
    writeBatch: (files, tenantId) => files.writeBatch(tenantId, RUN, 3, ['web-1']),
    // The workflow of the run passes the key on.
    readBatch: (files, tenantId) => files.readBatch(batchFileKey(tenantId, RUN, 3)),
    writeResult: (files, tenantId) => files.writeResult(tenantId, RUN, { ...result, failures: [] }),
    readResults: (files, tenantId) => files.readResults(tenantId, RUN),
    archiveForecasts: (files, tenantId) =>
      files.archiveForecasts(tenantId, RUN, 3, NOW * 1000, [forecast(tenantId)]),
    readForecasts: (files, tenantId) => files.readForecasts(tenantId, RUN, 3, NOW * 1000),
  }),
  repository<StateFiles>('StateFiles', ({ bucket }) => s3StateFiles(bucket), {
    replace: (files, tenantId) => files.replace(tenantId, 3, Buffer.from('learned'), undefined),
    read: (files, tenantId) => files.read(tenantId, 3),
  }),
];
