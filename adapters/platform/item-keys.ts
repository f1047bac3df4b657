/** Keys of the items of the platform: API keys by hash, and a tenant's settings, quotas and responses to commands. */
import { type ItemKey, tenantKey } from '../aws/dynamodb/item-key.ts';

/** The one key without a tenant: looking it up is how a caller's tenant becomes known. */
export const apiKeyKey = (keyHash: string): ItemKey => ({ pk: `KEY#${keyHash}`, sk: 'KEY' });

export const settingsKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'SETTINGS');

/** `minute` counts whole minutes since the epoch. */
export const quotaKey = (tenantId: string, minute: number): ItemKey => tenantKey(tenantId, `RATE#${minute}`);

/** `key` is the Idempotency-Key of a command. */
export const responseKey = (tenantId: string, key: string): ItemKey => tenantKey(tenantId, `RESPONSE#${key}`);
