/** Every storage key is built here and takes the tenant first, so that no query exists without one. */
import { HOUR_SECONDS } from './time.ts';

const isoSecond = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
const isoHour = (hour: number): string => new Date(hour * HOUR_SECONDS * 1000).toISOString().slice(0, 13);

export const hotKeys = {
  target: (tenantId: string, targetId: string): string => `T#${tenantId}#${targetId}`,
  block: (hour: number): string => `B#${isoHour(hour)}`,
  /** The hour of a key that `block` built; NaN for any other. */
  hourOfBlock: (sortKey: string): number => Date.parse(`${sortKey.slice(2)}:00:00Z`) / 3_600_000,
  /** Starts the sort keys of all blocks of a target. */
  blocks: 'B#',
  /** Tenant and target of a key that `target` built; undefined for any other. */
  ownerOf: (partitionKey: string): { readonly tenantId: string; readonly targetId: string } | undefined => {
    const [, tenantId, targetId] = /^T#([^#]+)#(.+)$/.exec(partitionKey) ?? [];
    return tenantId === undefined || targetId === undefined ? undefined : { tenantId, targetId };
  },
  /** What the anomaly detectors of a target have learned. */
  detectors: 'D',
  forecast: 'F',
  /** Sort key of a part of a forecast too large for one item; part 0 is the forecast's own key. */
  forecastPart: (part: number): string => (part === 0 ? 'F' : `F#${part + 1}`),
} as const;

export const registryKeys = {
  tenant: (tenantId: string): string => `T#${tenantId}`,
  tenants: 'TENANTS',
  apiKey: (keyHash: string): string => `KEY#${keyHash}`,
  apiKeySort: 'KEY',
  target: (targetId: string): string => `TARGET#${targetId}`,
  targets: 'TARGET#',
  runs: 'RUN#',
  run: (runId: string): string => `RUN#${runId}`,
  /** Which run an idempotency key of a caller stands for. */
  runClaim: (key: string): string => `RUNKEY#${key}`,
  breach: (targetId: string, metric: string): string => `BREACH#${targetId}#${metric}`,
  breachesOf: (targetId: string): string => `BREACH#${targetId}#`,
  rate: (minute: number): string => `RATE#${minute}`,
  /** Sorts by the time of the anomalous point (epoch seconds). */
  anomaly: (timestamp: number, targetId: string, metric: string): string =>
    `${registryKeys.anomaliesFrom(timestamp)}#${targetId}#${metric}`,
  /** Sorts before all anomalies of this second, and after all earlier ones. */
  anomaliesFrom: (timestamp: number): string => `ANOMALY#${isoSecond(timestamp)}`,
  /** Sorts after all anomalies of this second, and before all later ones (`$` follows `#`). */
  anomaliesUntil: (timestamp: number): string => `ANOMALY#${isoSecond(timestamp)}$`,
  anomalies: 'ANOMALY#',
  settings: 'SETTINGS',
  /** Which of a tenant's incidents new signals may concern. */
  incidentBook: 'INCIDENTS',
  /** Ids begin with their time, so that these keys sort by it. */
  incident: (incidentId: string): string => `INCIDENT#${incidentId}`,
  incidents: 'INCIDENT#',
  causes: (incidentId: string): string => `CAUSES#${incidentId}`,
  pastIncident: (incidentId: string): string => `PAST#${incidentId}`,
  pastIncidents: 'PAST#',
  /** Sorts by the time of the change (epoch seconds). */
  change: (at: number, changeId: string): string => `${registryKeys.changesFrom(at)}#${changeId}`,
  /** Sorts before all changes of this second, and after all earlier ones. */
  changesFrom: (at: number): string => `CHANGE#${isoSecond(at)}`,
  /** Sorts after all changes of this second, and before all later ones (`$` follows `#`). */
  changesUntil: (at: number): string => `CHANGE#${isoSecond(at)}$`,
  changes: 'CHANGE#',
  /** All that is known of one change, under its id. */
  changeRecord: (changeId: string): string => `CHANGEID#${changeId}`,
  /** Sorts by the time of the deployment (epoch seconds). */
  deployOutcome: (at: number, changeId: string): string => `OUTCOME#${isoSecond(at)}#${changeId}`,
  deployOutcomes: 'OUTCOME#',
  graph: 'GRAPH',
} as const;

const isoDate = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
const padded = (index: number): string => String(index).padStart(4, '0');

export const objectKeys = {
  raw: (tenantId: string, receivedAt: number, requestId: string, suffix: string): string =>
    `raw/tenant=${tenantId}/date=${isoDate(receivedAt)}/${requestId}.${suffix}`,
  quarantine: (tenantId: string, rawKey: string): string =>
    `quarantine/tenant=${tenantId}/${rawKey.split('/').slice(2).join('/')}`,
  /** For queue messages that name no tenant. No tenant's prefix begins so. */
  unattributed: (receivedAt: number, messageId: string): string =>
    `quarantine/unattributed/date=${isoDate(receivedAt)}/${messageId}.json`,
  batch: (tenantId: string, runId: string, index: number): string =>
    `runs/tenant=${tenantId}/${runId}/batches/${padded(index)}.json`,
  result: (tenantId: string, runId: string, index: number): string =>
    `${objectKeys.results(tenantId, runId)}${padded(index)}.json`,
  results: (tenantId: string, runId: string): string => `runs/tenant=${tenantId}/${runId}/results/`,
  /** What the runs of a tenant have learned about the series of their batch of this index. */
  states: (tenantId: string, index: number): string => `runs/tenant=${tenantId}/states/${padded(index)}.bin`,
  /** What is known of a group of peers: part `part` (from 0) of the `parts` of a profile. */
  peers: (group: { tenantId: string; profile: string; part: number; parts: number }): string =>
    `peers/tenant=${group.tenantId}/${group.profile}-${group.part + 1}-of-${group.parts}.bin`,
  forecasts: (tenantId: string, issuedAt: number, runId: string, index: number): string =>
    `forecasts/tenant=${tenantId}/date=${isoDate(issuedAt)}/${runId}-${padded(index)}.jsonl.gz`,
} as const;
