import { randomBytes } from 'node:crypto';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { s3DrillReports } from '../../../adapters/platform/drill-reports.ts';
import { dynamoBreakerStore } from '../../../adapters/platform/resilience/breaker-store.ts';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { dynamoVaultStore } from '../../../adapters/platform/vault-store.ts';
import { dynamoWebhookGenerations } from '../../../adapters/platform/webhook-generation-store.ts';
import type { StoredBreaker } from '../../../core/platform/breaker-key.ts';
import { openRecord, sealRecord } from '../../../core/platform/secrets/vault.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { sampleKey } from '../../fixtures/identities.ts';
import { NOW, type StoredKind } from '../aws/stored-kind.ts';

const { key } = sampleKey('acme', 1, { validUntil: NOW, revokedBy: { kind: 'operator', name: 'ops' } });
const settings = { ...NO_SETTINGS, thresholds: [{ metric: 'cpu', above: 1e200 }] };

const owner = { tenantId: 'acme', recordId: 'user-1' };
const ring = { current: { id: 'v1', key: 'k'.repeat(64), createdAt: 0 } };
const plain = Buffer.from('ada@example.com');
const sealed = sealRecord(ring, owner, plain, { random: randomBytes, now: NOW * 1000 });

const report = {
  drillId: 'drill-1',
  at: '2026-11-29T00:00:00.000Z',
  passed: true,
  secrets: [{ name: 'signing', rotated: true, checks: [{ check: 'the rotation ended', passed: true }] }],
};

const breaker: StoredBreaker = {
  ...{ tenantId: 'acme', kind: 'integration', name: 'pager', version: 1 },
  state: {
    ...{ phase: 'open', since: NOW * 1000, rounds: 1, successes: 0, reason: 'status 503' },
    retryAt: NOW * 1000 + 30_000,
  },
};

const command = { tenantId: 'acme', key: 'deploy-42', fingerprint: 'a', requestId: 'one' };
const response = { statusCode: 202, headers: { location: '/v1/x' }, body: '{}' };

export const PLATFORM_KINDS: readonly StoredKind[] = [
  {
    kind: 'API key',
    version: 1,
    key: / KEY#\w+$/,
    write: ({ table }) => dynamoApiKeyStore(table).add(key),
    read: ({ table }) => dynamoApiKeyStore(table).find('acme', key.keyId),
    content: key,
  },
  {
    kind: 'settings',
    version: 1,
    key: / SETTINGS$/,
    write: ({ table }) => dynamoSettingsStore(table).replace('acme', settings),
    read: ({ table }) => dynamoSettingsStore(table).get('acme'),
    content: { ...settings, version: 1 },
  },
  {
    kind: 'webhook secrets',
    version: 1,
    key: / WEBHOOKS$/,
    write: ({ table }) => dynamoWebhookGenerations(table).raise('acme', { generation: 1, formerUntil: NOW }),
    read: ({ table }) => dynamoWebhookGenerations(table).get('acme'),
    content: { generation: 1, formerUntil: NOW },
  },
  {
    kind: 'circuit breaker',
    version: 1,
    key: / BREAKER#integration#pager$/,
    write: ({ table }) => dynamoBreakerStore(table).replace(breaker),
    read: ({ table }) => dynamoBreakerStore(table).get(breaker),
    content: breaker,
  },
  {
    kind: 'response to a command',
    version: 1,
    key: / RESPONSE#deploy-42$/,
    write: ({ table }) => dynamoResponseStore(table).complete(command, response, NOW + 60),
    read: (storage) => {
      storage.freeze();
      return dynamoResponseStore(storage.table).claim(command, NOW, NOW + 30);
    },
    content: { state: 'answered', fingerprint: 'a', response },
  },
  {
    kind: 'sealed record',
    version: 1,
    key: / VAULT#user-1$/,
    write: ({ table }) => dynamoVaultStore(table).put({ owner, sealed }),
    // Opening it is part of reading: only the cipher tells whether its bytes were altered.
    read: async ({ table }) => {
      const stored = await dynamoVaultStore(table).get(owner);
      return stored && openRecord(ring, owner, stored);
    },
    content: plain,
  },
  {
    kind: 'drill report',
    version: 1,
    key: /^secret-drills\/drill-1\.json$/,
    write: ({ bucket }) => s3DrillReports(bucket).write(report),
    read: ({ bucket }) => s3DrillReports(bucket).read('drill-1'),
    content: report,
  },
];
