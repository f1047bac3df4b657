/** Keys of the items of the context anomalies: anomalies by time. */
import { type ItemKey, tenantKey, timedKeys } from '../aws/dynamodb/item-key.ts';

/** Sort keys of a tenant's anomalies, by the time of the unusual point. */
export const anomalySks = timedKeys('ANOMALY');

export const anomalyKey = (tenantId: string, timestamp: number, targetId: string, metric: string): ItemKey =>
  tenantKey(tenantId, anomalySks.at(timestamp, targetId, metric));

/** The summary of what arrives from a tenant. */
export const ingestionKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'INGESTION');
