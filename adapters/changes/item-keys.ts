/** Keys of the items of the context changes: each change by id and by time, and the outcomes of closed deployments. */
import { type ItemKey, tenantKey, timedKeys } from '../aws/dynamodb/item-key.ts';
import { changeSks } from '../incidents/item-keys.ts';

/** Short entry of a change in the list by time. */
export const changeEntryKey = (tenantId: string, at: number, changeId: string): ItemKey =>
  tenantKey(tenantId, changeSks.at(at, changeId));

/** Record of a change. */
export const changeRecordKey = (tenantId: string, changeId: string): ItemKey =>
  tenantKey(tenantId, `CHANGEID#${changeId}`);

/** Sort keys of the outcomes of closed deployments, by the time of the deployment. */
export const outcomeSks = timedKeys('OUTCOME');
export const outcomeKey = (tenantId: string, at: number, changeId: string): ItemKey =>
  tenantKey(tenantId, outcomeSks.at(at, changeId));
