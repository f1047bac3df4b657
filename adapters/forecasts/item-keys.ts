/** Keys of the items of the context forecasts: forecasts by target, predicted breaches, interventions, runs and claims on runs. */
import { type ItemKey, tenantKey, timedKeys } from '../aws/dynamodb/item-key.ts';

/** Prefix of the sort keys of a forecast's parts, and the sort key of the first part. */
export const FORECAST = 'F';
/** Sort key of part `part` (from 0) of a forecast that is too large for one item. */
export const forecastPartSk = (part: number): string => (part === 0 ? FORECAST : `${FORECAST}#${part + 1}`);

/** Starts the sort keys of the predicted breaches of a target. */
export const breachesOf = (targetId: string): string => `BREACH#${targetId}#`;
export const breachKey = (tenantId: string, targetId: string, metric: string): ItemKey =>
  tenantKey(tenantId, `${breachesOf(targetId)}${metric}`);

/** Sort keys of interventions, by time. */
export const interventionSks = timedKeys('INTERVENTION');

/** Starts the sort keys of all runs of a tenant. Run ids start with their time, so keys sort by it. */
export const RUNS = 'RUN#';
export const runKey = (tenantId: string, runId: string): ItemKey => tenantKey(tenantId, `${RUNS}${runId}`);
/** The run that a caller's idempotency key identifies. */
export const runClaimKey = (tenantId: string, key: string): ItemKey => tenantKey(tenantId, `RUNKEY#${key}`);
