/** Keys of the items of the platform: a tenant's API keys and their last use, settings, the generation of its webhook secrets, quotas, responses to commands, sealed records and circuit breakers. */
import type { QuotaWindow } from '../../core/platform/api/quotas.ts';
import type { BreakerKey } from '../../core/platform/breaker-key.ts';
import type { Owner } from '../../core/platform/secrets/vault.ts';
import { type ItemKey, tenantKey } from '../aws/dynamodb/item-key.ts';

/** Starts the sort keys of API keys. */
export const API_KEYS = 'KEY#';

export const apiKeyKey = (tenantId: string, keyId: string): ItemKey =>
  tenantKey(tenantId, `${API_KEYS}${keyId}`);

export const keyUseKey = (tenantId: string, keyId: string): ItemKey => tenantKey(tenantId, `KEYUSE#${keyId}`);

export const settingsKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'SETTINGS');

/** The generation of a tenant's webhook secrets. */
export const webhookGenerationKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'WEBHOOKS');

export const quotaKey = (tenantId: string, { name, startsAt }: QuotaWindow): ItemKey =>
  tenantKey(tenantId, `QUOTA#${name}#${startsAt}`);

/** Things for which a unit was drawn; `part` is one of the items over which they are spread. */
export const notedKey = (tenantId: string, { name, startsAt }: QuotaWindow, part: string): ItemKey =>
  tenantKey(tenantId, `NOTED#${name}#${startsAt}#${part}`);

/** `key` is the Idempotency-Key of a command. */
export const responseKey = (tenantId: string, key: string): ItemKey => tenantKey(tenantId, `RESPONSE#${key}`);

/** A record that the vault holds encrypted. */
export const vaultKey = ({ tenantId, recordId }: Owner): ItemKey => tenantKey(tenantId, `VAULT#${recordId}`);

/** Starts the sort keys of circuit breakers. */
export const BREAKERS = 'BREAKER#';

export const breakerKey = ({ tenantId, kind, name }: BreakerKey): ItemKey =>
  tenantKey(tenantId, `${BREAKERS}${kind}#${name}`);
