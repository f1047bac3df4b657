/** Keys of the items of the platform: API keys by hash, and a tenant's settings, quotas and responses to commands. */
import type { QuotaWindow } from '../../core/platform/api/quotas.ts';
import { type ItemKey, tenantKey } from '../aws/dynamodb/item-key.ts';

/** The one key without a tenant: looking it up is how a caller's tenant becomes known. */
export const apiKeyKey = (keyHash: string): ItemKey => ({ pk: `KEY#${keyHash}`, sk: 'KEY' });

export const settingsKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'SETTINGS');

export const quotaKey = (tenantId: string, { name, startsAt }: QuotaWindow): ItemKey =>
  tenantKey(tenantId, `QUOTA#${name}#${startsAt}`);

/** Things for which a unit was drawn; `part` is one of the items over which they are spread. */
export const notedKey = (tenantId: string, { name, startsAt }: QuotaWindow, part: string): ItemKey =>
  tenantKey(tenantId, `NOTED#${name}#${startsAt}#${part}`);

/** `key` is the Idempotency-Key of a command. */
export const responseKey = (tenantId: string, key: string): ItemKey => tenantKey(tenantId, `RESPONSE#${key}`);
