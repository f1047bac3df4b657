/** Keys of the items of the context anomalies: anomalies by time, and the detector state of each target. */
import { type ItemKey, targetPk, tenantKey, timedKeys } from '../aws/dynamodb/item-key.ts';

/** Sort keys of a tenant's anomalies, by the time of the unusual point. */
export const anomalySks = timedKeys('ANOMALY');

export const anomalyKey = (tenantId: string, timestamp: number, targetId: string, metric: string): ItemKey =>
  tenantKey(tenantId, anomalySks.at(timestamp, targetId, metric));

export const detectorStateKey = (tenantId: string, targetId: string): ItemKey => ({
  pk: targetPk(tenantId, targetId),
  sk: 'D',
});
