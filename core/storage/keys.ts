/** Every storage key is built here and takes the tenant first, so that no query exists without one. */

const HOUR_SECONDS = 3600;

/** Whole hours since the epoch of an epoch-second timestamp. */
export const hourOf = (epochSeconds: number): number => Math.floor(epochSeconds / HOUR_SECONDS);

const isoHour = (hour: number): string => new Date(hour * HOUR_SECONDS * 1000).toISOString().slice(0, 13);

export const hotKeys = {
  target: (tenantId: string, targetId: string): string => `T#${tenantId}#${targetId}`,
  block: (hour: number): string => `B#${isoHour(hour)}`,
  forecast: 'F',
} as const;

export const registryKeys = {
  tenant: (tenantId: string): string => `T#${tenantId}`,
  tenants: 'TENANTS',
  apiKey: (keyHash: string): string => `KEY#${keyHash}`,
  apiKeySort: 'KEY',
  target: (targetId: string): string => `TARGET#${targetId}`,
  run: (runId: string): string => `RUN#${runId}`,
  breach: (targetId: string, metric: string): string => `BREACH#${targetId}#${metric}`,
  breachesOf: (targetId: string): string => `BREACH#${targetId}#`,
  rate: (minute: number): string => `RATE#${minute}`,
} as const;

const isoDate = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
const padded = (index: number): string => String(index).padStart(4, '0');

export const objectKeys = {
  raw: (tenantId: string, receivedAt: number, requestId: string, suffix: string): string =>
    `raw/tenant=${tenantId}/date=${isoDate(receivedAt)}/${requestId}.${suffix}`,
  quarantine: (tenantId: string, rawKey: string): string =>
    `quarantine/tenant=${tenantId}/${rawKey.split('/').slice(2).join('/')}`,
  batch: (tenantId: string, runId: string, index: number): string =>
    `runs/tenant=${tenantId}/${runId}/batches/${padded(index)}.json`,
  result: (tenantId: string, runId: string, index: number): string =>
    `${objectKeys.results(tenantId, runId)}${padded(index)}.json`,
  results: (tenantId: string, runId: string): string => `runs/tenant=${tenantId}/${runId}/results/`,
  forecasts: (tenantId: string, issuedAt: number, runId: string, index: number): string =>
    `forecasts/tenant=${tenantId}/date=${isoDate(issuedAt)}/${runId}-${padded(index)}.jsonl.gz`,
} as const;
