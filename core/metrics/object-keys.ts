/** Keys of the objects in the raw bucket: payloads as received, and those that cannot be used. */
import { isoDate } from '../shared/time.ts';

export const RAW_PREFIX = 'raw';
export const QUARANTINE_PREFIX = 'quarantine';

/** `receivedAt` is in epoch milliseconds. */
export const rawKey = (tenantId: string, receivedAt: number, requestId: string, suffix: string): string =>
  `${RAW_PREFIX}/tenant=${tenantId}/date=${isoDate(receivedAt)}/${requestId}.${suffix}`;

export const quarantineKey = (tenantId: string, ofRawKey: string): string =>
  `${QUARANTINE_PREFIX}/tenant=${tenantId}/${ofRawKey.split('/').slice(2).join('/')}`;

/** For queue messages that name no tenant; no tenant's prefix starts like this. */
export const unattributedKey = (receivedAt: number, messageId: string): string =>
  `${QUARANTINE_PREFIX}/unattributed/date=${isoDate(receivedAt)}/${messageId}.json`;
