import { createHash } from 'node:crypto';
import * as z from 'zod';
import { InvalidInputError } from '../shared/errors.ts';
import type { ForecastRun } from './forecast-run.ts';

const RUN_ID = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-([a-z0-9]{4,16})$/;

/** A run id sorts by its start: `2026-11-21T10-05-00Z-1a2b3c4d`. No character of it needs escaping anywhere. */
export const RunId = z.string().regex(RUN_ID, 'expected an ID such as 2026-11-21T10-05-00Z-1a2b3c4d');

/** The request for a run: by the schedule or by a caller. */
export interface RunRequest {
  readonly tenantId: string;
  readonly trigger: ForecastRun['trigger'];
  /** Epoch milliseconds. */
  readonly requestedAt: number;
  /** Distinguishes runs requested within the same second: the caller's idempotency key. */
  readonly key?: string;
}

/** The id of a request's run: the same request always gets the same one, so a redelivery starts nothing new. */
export const runIdOf = ({ tenantId, trigger, requestedAt, key = '' }: RunRequest): string => {
  const second = new Date(requestedAt).toISOString().slice(0, 19).replaceAll(':', '-');
  const cause = createHash('sha256').update([tenantId, trigger, second, key].join('\n')).digest('hex');
  return `${second}Z-${cause.slice(0, 8)}`;
};

/**
 * Epoch milliseconds at which a run was requested, read from its id. Everything the run writes is dated by it, so that
 * a batch that is repeated, or late, neither changes its date nor looks newer than the run after it.
 * @throws InvalidInputError
 */
export const runRequestedAt = (runId: string): number => {
  const match = RUN_ID.exec(runId);
  const at = match ? Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidInputError(`not a run id: ${runId}`, { field: 'runId' });
  return at;
};

/** Name of the execution that carries out a run (at most 80 characters, as Step Functions allows). */
export const executionNameOf = (tenantId: string, runId: string): string => `${tenantId}-${runId}`;
