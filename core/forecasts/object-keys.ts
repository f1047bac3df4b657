/** Keys of the objects in the forecast bucket: working files of runs, learned states, and the archive. */
import { isoDate } from '../shared/time.ts';

export const RUNS_PREFIX = 'runs';
export const ARCHIVE_PREFIX = 'forecasts';

const padded = (index: number): string => String(index).padStart(4, '0');

export const batchFileKey = (tenantId: string, runId: string, index: number): string =>
  `${RUNS_PREFIX}/tenant=${tenantId}/${runId}/batches/${padded(index)}.json`;

/** Prefix of the keys of all batch results of a run. */
export const resultFilesPrefix = (tenantId: string, runId: string): string =>
  `${RUNS_PREFIX}/tenant=${tenantId}/${runId}/results/`;

export const resultFileKey = (tenantId: string, runId: string, index: number): string =>
  `${resultFilesPrefix(tenantId, runId)}${padded(index)}.json`;

/** Prefix of the keys of what the batches of a run scored. */
export const scoreFilesPrefix = (tenantId: string, runId: string): string =>
  `${RUNS_PREFIX}/tenant=${tenantId}/${runId}/scores/`;

export const scoreFileKey = (tenantId: string, runId: string, index: number): string =>
  `${scoreFilesPrefix(tenantId, runId)}${padded(index)}.json`;

/** Learned states of the series of the batch with this index. */
export const statesFileKey = (tenantId: string, index: number): string =>
  `${RUNS_PREFIX}/tenant=${tenantId}/states/${padded(index)}.bin`;

/** `issuedAt` is in epoch milliseconds. */
export const archiveFileKey = (tenantId: string, issuedAt: number, runId: string, index: number): string =>
  `${ARCHIVE_PREFIX}/tenant=${tenantId}/date=${isoDate(issuedAt)}/${runId}-${padded(index)}.jsonl.gz`;
