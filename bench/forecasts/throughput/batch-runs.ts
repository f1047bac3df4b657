import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { s3RunFiles } from '../../../adapters/forecasts/run-files.ts';
import { s3StateFiles } from '../../../adapters/forecasts/state-files.ts';
import { ensembleBackend } from '../../../core/forecasts/ensemble-backend.ts';
import { runIdOf } from '../../../core/forecasts/run-id.ts';
import type { ForecastBatchDeps } from '../../../core/forecasts/runs/forecast-batch.ts';
import type { StoredBlock } from '../../../core/metrics/blocks/stored-block.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { makeHandler } from '../../../functions/forecasts/forecast-batch/handler.ts';
import { memoryS3, Written, weighingDynamo } from './memory-services.ts';
import { FIRST_RUN, type StoredServer } from './simulated-blocks.ts';

const TENANT = 'bench';

/** Cost and stored bytes of one run of a batch. */
export interface BatchRun {
  readonly cpuMs: number;
  readonly series: number;
  readonly breaches: number;
  readonly written: Written;
  readonly counts: Readonly<Record<string, number>>;
}

export interface BatchRunner {
  /** Forecasts the batch `hour` hours after the first run; each call is the next run of the same tenant. */
  run(hour: number): Promise<BatchRun>;
}

const readBlocks =
  (servers: ReadonlyMap<string, StoredServer>, now: number): ForecastBatchDeps['blocks']['readRange'] =>
  async (tenantId, targetId, from, to) => {
    const blocks: StoredBlock[] = [];
    for (let hour = from; hour <= to && hour < now; hour++) {
      const bytes = servers.get(targetId)?.blocks.get(hour);
      if (bytes !== undefined) blocks.push({ key: { tenantId, targetId, hour }, bytes, version: 1 });
    }
    return blocks;
  };

/** Targets that share the series of fewer servers, so that the simulated storage does not add to the measured memory. */
const aliased = (servers: readonly StoredServer[], targets: number): Map<string, StoredServer> =>
  new Map(
    Array.from({ length: targets }, (_, i) => {
      const { target, blocks } = servers[i % servers.length]!;
      const targetId = `${target.targetId}-${i}`;
      return [targetId, { target: { ...target, targetId }, blocks }];
    }),
  );

const silentPorts = (counts: Record<string, number>) => ({
  breaches: { stored: async () => new Map(), change: async () => {} },
  events: { publish: async () => {} },
  settings: { get: async () => NO_SETTINGS },
  interventions: { since: async () => [] },
  scorer: { begin: async () => ({ score: () => {}, end: async () => {} }) },
  cadenceMinutes: 60,
  telemetry: {
    info: () => {},
    error: () => {},
    count: (outcome: string, amount = 1) => {
      counts[outcome] = (counts[outcome] ?? 0) + amount;
    },
  },
});

/** The batch function with the real codecs and adapters, on in-memory storage. */
export const batchRunner = (servers: readonly StoredServer[], targets: number): BatchRunner => {
  const fleet = aliased(servers, targets);
  const objects = new Map<string, Uint8Array>();
  return {
    run: async (hour) => {
      const written = new Written();
      const counts: Record<string, number> = {};
      const bucket = { client: memoryS3(written, objects), bucketName: 'bench' };
      const table = { client: weighingDynamo(written), tableName: 'forecasts', now: () => FIRST_RUN * 1000 };
      const files = s3RunFiles(bucket);
      const handler = makeHandler({
        ...silentPorts(counts),
        registry: { get: async (_, targetId) => fleet.get(targetId)?.target },
        blocks: { readRange: readBlocks(fleet, FIRST_RUN / HOUR_SECONDS + hour) },
        forecasts: dynamoForecastStore(table),
        files,
        states: s3StateFiles(bucket),
        backend: ensembleBackend,
      });
      const requestedAt = (FIRST_RUN + hour * HOUR_SECONDS) * 1000;
      const runId = runIdOf({ tenantId: TENANT, trigger: 'schedule', requestedAt });
      const batchKey = await files.writeBatch(TENANT, runId, 1, [...fleet.keys()]);
      const before = process.cpuUsage();
      const input = { tenantId: TENANT, runId, batchKey, index: 1 };
      const { series, breaches } = await handler(input, { getRemainingTimeInMillis: () => Infinity });
      const { user, system } = process.cpuUsage(before);
      return { cpuMs: (user + system) / 1000, series, breaches, written, counts };
    },
  };
};
