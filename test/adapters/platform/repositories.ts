import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { cachedSettings } from '../../../adapters/platform/cached-settings.ts';
import { dynamoKeyUseRecorder } from '../../../adapters/platform/key-use-recorder.ts';
import { dynamoKeyUses } from '../../../adapters/platform/key-uses.ts';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';
import { dynamoBreakerLister } from '../../../adapters/platform/resilience/breaker-list.ts';
import { dynamoBreakerStore } from '../../../adapters/platform/resilience/breaker-store.ts';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { dynamoVaultStore } from '../../../adapters/platform/vault-store.ts';
import { dynamoWebhookGenerations } from '../../../adapters/platform/webhook-generation-store.ts';
import { leasedQuotas } from '../../../core/platform/access/leased-quotas.ts';
import type {
  ApiKeyStore,
  KeyUseRecorder,
  KeyUses,
  QuotaLedger,
  TenantQuotas,
} from '../../../core/platform/access/ports.ts';
import { actionBreakerKey, type StoredBreaker } from '../../../core/platform/breaker-key.ts';
import type { ResponseStore } from '../../../core/platform/idempotency/ports.ts';
import type { BreakerLister, BreakerStore } from '../../../core/platform/resilience/ports.ts';
import type { VaultStore, WebhookGenerations } from '../../../core/platform/secrets/ports.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { DEFAULT_QUOTAS } from '../../../lib/config/default-quotas.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { sampleKey } from '../../fixtures/identities.ts';
import { type Repository, repository } from '../aws/repository.ts';
import { NOW } from '../aws/stored-kind.ts';

const key = (tenantId: string, seed: number) => sampleKey(tenantId, seed).key;
const [first, second, third] = [1, 2, 3].map((seed) => key('acme', seed).keyId) as [string, string, string];
const window = { name: 'newTargetsPerDay', startsAt: NOW - 60, endsAt: NOW + 60 } as const;
/** Two runs an hour. */
const QUOTAS = { ...DEFAULT_QUOTAS, runsPerHour: 2 };
const settings = { ...NO_SETTINGS, thresholds: [{ metric: 'cpu', above: 90 }] };
const command = (tenantId: string) => ({ tenantId, key: 'deploy-42', fingerprint: 'a', requestId: 'one' });
const response = { statusCode: 202, headers: {}, body: '{}' };
const breaker = (tenantId: string): StoredBreaker => ({
  ...actionBreakerKey(tenantId, 'restart-service', 'ecs-service'),
  state: { phase: 'closed', since: 0, failures: 1, failedAt: NOW * 1000 },
  version: 1,
});
const record = (tenantId: string) => ({
  owner: { tenantId, recordId: 'user-1' },
  sealed: { keyId: 'v1', wrappedKey: Uint8Array.of(1), body: Uint8Array.of(2) },
});

export const PLATFORM_REPOSITORIES: readonly Repository[] = [
  repository<ApiKeyStore>('ApiKeyStore', ({ table }) => dynamoApiKeyStore(table), {
    add: async (store, tenantId) => {
      await store.add(key(tenantId, 2));
      await store.add(key(tenantId, 1));
    },
    find: (store, tenantId) => store.find(tenantId, first),
    list: (store, tenantId) => store.list(tenantId, { limit: 1 }),
    replace: (store, tenantId) => store.replace({ keyId: first, validUntil: NOW + 60 }, key(tenantId, 3)),
    revoke: (store, tenantId) => store.revoke(tenantId, second, NOW, { kind: 'operator', name: 'ops' }),
  }),
  repository<KeyUseRecorder>('KeyUseRecorder', ({ table }) => dynamoKeyUseRecorder(table), {
    record: (uses, tenantId) => uses.record(tenantId, first, NOW),
  }),
  repository<KeyUses>(
    'KeyUses',
    ({ table }) => dynamoKeyUses(table),
    { lastUses: (uses, tenantId) => uses.lastUses(tenantId, [first, second, third]) },
    ({ table }, tenantId) => dynamoKeyUseRecorder(table).record(tenantId, first, NOW),
  ),
  repository<QuotaLedger>('QuotaLedger', ({ table }) => dynamoQuotaLedger(table), {
    draw: async (ledger, tenantId) => [
      await ledger.draw(tenantId, window, 5),
      await ledger.draw(tenantId, window, 0),
    ],
    note: (ledger, tenantId) => ledger.note(tenantId, window, ['web-1', 'web-2']),
    noted: (ledger, tenantId) => ledger.noted(tenantId, window, ['web-1', 'web-3']),
  }),
  // With what each process keeps in memory of the windows.
  repository<TenantQuotas>(
    'TenantQuotas',
    ({ table }) => leasedQuotas(dynamoQuotaLedger(table), QUOTAS, recordedTelemetry().telemetry),
    {
      take: (quotas, tenantId) => quotas.take(tenantId, 'runsPerHour', 2, NOW * 1000),
      takeEach: (quotas, tenantId) => quotas.takeEach(tenantId, 'newTargetsPerDay', ['a', 'b'], NOW * 1000),
      charge: (quotas, tenantId) => quotas.charge(tenantId, 'watchesPerHour', 3, NOW * 1000),
      isSpent: async (quotas, tenantId) => {
        const left = await quotas.take(tenantId, 'runsPerHour', 1, NOW * 1000);
        return [left, quotas.isSpent(tenantId, 'runsPerHour', NOW * 1000)];
      },
    },
  ),
  repository<ResponseStore>('ResponseStore', ({ table }) => dynamoResponseStore(table), {
    claim: (store, tenantId) => store.claim(command(tenantId), NOW, NOW + 30),
    release: (store, tenantId) => store.release(command(tenantId)),
    complete: async (store, tenantId) => {
      await store.claim(command(tenantId), NOW, NOW + 30);
      return store.complete(command(tenantId), response, NOW + 60);
    },
  }),
  repository<VaultStore>('VaultStore', ({ table }) => dynamoVaultStore(table), {
    put: (store, tenantId) => store.put(record(tenantId)),
    get: (store, tenantId) => store.get(record(tenantId).owner),
    replaceKey: (store, tenantId) => {
      const { sealed } = record(tenantId);
      return store.replaceKey(record(tenantId), { ...sealed, keyId: 'v2', wrappedKey: Uint8Array.of(3) });
    },
    sealedWith: { acrossTenants: 'a rotation of the vault key encrypts the records of all tenants again' },
    delete: (store, tenantId) => store.delete(record(tenantId).owner),
  }),
  repository<BreakerStore>('BreakerStore', ({ table }) => dynamoBreakerStore(table), {
    replace: (store, tenantId) => store.replace(breaker(tenantId)),
    get: (store, tenantId) => store.get(breaker(tenantId)),
  }),
  repository<BreakerLister>(
    'BreakerLister',
    ({ table }) => dynamoBreakerLister(table),
    { list: (lister, tenantId) => lister.list(tenantId, { limit: 1 }) },
    async ({ table }, tenantId) => {
      for (const name of ['restart-service on ecs-service', 'scale-service on ecs-service'])
        await dynamoBreakerStore(table).replace({ ...breaker(tenantId), name });
    },
  ),
  repository<SettingsStore>('SettingsStore', ({ table }) => dynamoSettingsStore(table), {
    replace: (store, tenantId) => store.replace(tenantId, settings),
    get: (store, tenantId) => store.get(tenantId),
  }),
  repository<WebhookGenerations>('WebhookGenerations', ({ table }) => dynamoWebhookGenerations(table), {
    raise: (store, tenantId) => store.raise(tenantId, { generation: 1, formerUntil: NOW }),
    get: (store, tenantId) => store.get(tenantId),
  }),
  repository<Pick<SettingsStore, 'get'>>(
    'SettingsStore, cached',
    ({ table }) => cachedSettings(dynamoSettingsStore(table), table.now),
    { get: (store, tenantId) => store.get(tenantId) },
    ({ table }, tenantId) => dynamoSettingsStore(table).replace(tenantId, settings),
  ),
];
