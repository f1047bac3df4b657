import { describe, expect, it } from 'vitest';
import { hashApiKey, readApiKey } from '../../../../core/platform/api-key.ts';
import { SCOPES } from '../../../../core/platform/permissions.ts';
import { ConflictError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/platform/issue-api-key/handler.ts';
import { authenticate } from '../../../../functions/runtime/authenticate.ts';
import { memoryApiKeys, memoryKeyUses } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z') / 1000;

const setup = () => {
  const { keys, stored } = memoryApiKeys();
  const log = recordedTelemetry();
  let issued = 0;
  const random = (bytes: number) => new Uint8Array(bytes).fill(++issued);
  const handler = makeHandler({ keys, telemetry: log.telemetry, random, now: () => NOW * 1000 + 500 });
  return { keys, stored, log, handler };
};

describe('issue-api-key', () => {
  it('issues a key with all scopes for its tenant, and stores only its hash', async () => {
    const { keys, stored, log, handler } = setup();
    const issued = await handler({ tenantId: 'acme', name: ' agents ' });
    const { keyId, apiKey } = issued;
    expect(issued).toEqual({ apiKey, keyId, tenantId: 'acme', name: 'agents', scopes: SCOPES });
    expect(readApiKey(apiKey)).toEqual({ tenantId: 'acme', keyId });
    expect([...stored.values()]).toEqual([
      {
        ...{ tenantId: 'acme', keyId, name: 'agents', scopes: SCOPES, hash: hashApiKey(apiKey) },
        ...{ createdAt: NOW, createdBy: { kind: 'operator', name: 'issue-api-key' } },
      },
    ]);
    const { telemetry } = log;
    const check = authenticate({ keys, uses: memoryKeyUses().uses, telemetry, now: () => 0 });
    expect(await check({ 'x-api-key': apiKey })).toMatchObject({ tenantId: 'acme', name: 'agents' });
  });

  it('issues a key with fewer scopes that expires', async () => {
    const { stored, handler } = setup();
    const order = {
      tenantId: 'acme',
      name: 'a',
      scopes: ['read', 'ingest'],
      expiresAt: '2026-11-29T12:01:00Z',
    };
    expect(await handler(order)).toMatchObject({ scopes: ['ingest', 'read'] });
    expect([...stored.values()]).toMatchObject([{ scopes: ['ingest', 'read'], validUntil: NOW + 60 }]);
  });

  it('issues a different key each time', async () => {
    const { handler } = setup();
    const keys = [
      await handler({ tenantId: 'acme', name: 'a' }),
      await handler({ tenantId: 'acme', name: 'a' }),
    ];
    expect(new Set(keys.map(({ apiKey }) => apiKey)).size).toBe(2);
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(2);
  });

  it('logs name, id and scopes, never the key', async () => {
    const { log, handler } = setup();
    const { keyId, apiKey } = await handler({ tenantId: 'acme', name: 'agents' });
    expect(log.lines).toMatchObject([
      { message: 'API key created', fields: { tenantId: 'acme', keyId, name: 'agents', scopes: SCOPES } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain(apiKey.slice(-43));
  });

  it.each([
    {},
    { tenantId: 'Acme!', name: 'a' },
    { tenantId: 'acme', name: ' ' },
    { tenantId: 'acme' },
    { tenantId: 'acme', name: 'a', scopes: [] },
    { tenantId: 'acme', name: 'a', scopes: ['everything'] },
    { tenantId: 'acme', name: 'a', scope: ['read'] },
    { tenantId: 'acme', name: 'a', expiresAt: 'soon' },
    { tenantId: 'acme', name: 'a', expiresAt: '2026-11-29T12:00:00Z' },
    'acme',
    null,
  ])('rejects %j', async (event) => {
    const { stored, handler } = setup();
    await expect(handler(event)).rejects.toThrow(InvalidInputError);
    expect(stored.size).toBe(0);
  });

  it('does not replace a key that exists already', async () => {
    const { keys, stored } = memoryApiKeys();
    const { telemetry } = recordedTelemetry();
    const random = (bytes: number) => new Uint8Array(bytes);
    const handler = makeHandler({ keys, telemetry, random, now: () => 0 });
    await handler({ tenantId: 'acme', name: 'a' });
    await expect(handler({ tenantId: 'acme', name: 'b' })).rejects.toThrow(ConflictError);
    expect([...stored.values()].map(({ name }) => name)).toEqual(['a']);
  });
});
