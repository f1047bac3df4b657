import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../../../../core/platform/api-key.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { authenticate } from '../../../../functions/runtime/authenticate.ts';
import { memoryApiKeys, memoryKeyUses } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { sampleKey } from '../../../fixtures/identities.ts';

const AGENTS = sampleKey('acme', 1, { scopes: ['ingest', 'read'] });
const OTHER = sampleKey('acme', 2);
const KEY = AGENTS.text;
const IDENTITY = {
  ...{ tenantId: 'acme', kind: 'key', name: 'agents', keyId: AGENTS.key.keyId },
  grants: new Set(['ingest', 'read']),
};

const setup = (over: Partial<ApiKey> = {}, more: { readonly freshKeys?: boolean } = {}) => {
  const { keys } = memoryApiKeys([{ ...AGENTS.key, ...over }]);
  const state = { now: 0, lookups: 0 };
  const { uses, recorded } = memoryKeyUses();
  const log = recordedTelemetry();
  const find: typeof keys.find = (...name) => {
    state.lookups++;
    return keys.find(...name);
  };
  const now = () => state.now * 1000;
  const check = authenticate({ keys: { find }, uses, telemetry: log.telemetry, now, ...more });
  return { state, keys, recorded, check, log };
};

describe('authenticate', () => {
  it.each([
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer  ${KEY} ` },
    { Authorization: `Bearer ${KEY}` },
    { 'x-api-key': KEY },
    { 'X-Api-Key': KEY },
    { authorization: ' ', 'x-api-key': KEY },
    { authorization: `Bearer ${KEY}`, 'x-api-key': KEY },
  ])('identifies the tenant and scopes of %j', async (headers) => {
    expect(await setup().check(headers)).toEqual(IDENTITY);
  });

  it.each([
    {},
    { authorization: 'Basic YTpi' },
    { authorization: KEY },
    { authorization: `Bearer ${KEY}, Bearer ${KEY}` },
    { authorization: `Bearer ${KEY},${KEY}` },
    { authorization: `Bearer\t${KEY}` },
    { authorization: `Bearer ${OTHER.text}`, 'x-api-key': KEY },
    { authorization: 'Basic YTpi', 'x-api-key': KEY },
    { authorization: `Bearer a ${KEY}`, 'x-api-key': KEY },
    { authorization: KEY, 'x-api-key': KEY },
    { 'x-api-key': `${KEY},${OTHER.text}` },
    { 'x-api-key': 'fsk_nonsense' },
    { 'x-api-key': `${KEY}x` },
  ])('does not look up %j', async (headers) => {
    const { state, check } = setup();
    expect(await check(headers)).toBeUndefined();
    expect(state.lookups).toBe(0);
  });

  it('rejects a key that was never issued', async () => {
    expect(await setup().check({ 'x-api-key': OTHER.text })).toBeUndefined();
  });

  it('rejects another secret with the id of a key, also after the key was used', async () => {
    const { check } = setup();
    const guess = `${KEY.slice(0, -43)}${'x'.repeat(43)}`;
    expect(await check({ 'x-api-key': guess })).toBeUndefined();
    expect(await check({ 'x-api-key': KEY })).toBeDefined();
    expect(await check({ 'x-api-key': guess })).toBeUndefined();
  });

  it("rejects a key under another tenant's name", async () => {
    const { check } = setup();
    expect(await check({ 'x-api-key': KEY.replace('acme', 'globex') })).toBeUndefined();
  });

  it('caches a known key for a minute and then notices its revocation', async () => {
    const { state, keys, check } = setup();
    await check({ 'x-api-key': KEY });
    await keys.revoke('acme', AGENTS.key.keyId, 0, { kind: 'operator', name: 'test' });
    state.now = 59;
    expect(await check({ 'x-api-key': KEY })).toBeDefined();
    expect(state.lookups).toBe(1);
    state.now = 60;
    expect(await check({ 'x-api-key': KEY })).toBeUndefined();
    expect(await check({ 'x-api-key': KEY })).toBeUndefined();
    expect(state.lookups).toBe(3);
  });

  it('notices a revocation at once where it reads the key of each request', async () => {
    const { state, keys, check } = setup({}, { freshKeys: true });
    expect(await check({ 'x-api-key': KEY })).toBeDefined();
    await keys.revoke('acme', AGENTS.key.keyId, 0, { kind: 'operator', name: 'test' });
    expect(await check({ 'x-api-key': KEY })).toBeUndefined();
    expect(state.lookups).toBe(2);
  });

  it('rejects a key in the second in which it expires, even if it is cached', async () => {
    const { state, check } = setup({ validUntil: 30 });
    state.now = 29;
    expect(await check({ 'x-api-key': KEY })).toBeDefined();
    state.now = 30;
    expect(await check({ 'x-api-key': KEY })).toBeUndefined();
    expect(state.lookups).toBe(1);
  });

  it('accepts a key as soon as it is issued, even if it was rejected before', async () => {
    const { keys, check } = setup();
    await check({ 'x-api-key': OTHER.text });
    await keys.add(OTHER.key);
    expect(await check({ 'x-api-key': OTHER.text })).toMatchObject({ keyId: OTHER.key.keyId });
  });

  it('reports that keys cannot be looked up instead of rejecting the caller', async () => {
    const find = async () => {
      throw new DependencyUnavailableError('table');
    };
    const { telemetry } = recordedTelemetry();
    const check = authenticate({ keys: { find }, uses: memoryKeyUses().uses, telemetry, now: () => 0 });
    await expect(check({ 'x-api-key': KEY })).rejects.toThrow(DependencyUnavailableError);
  });

  it('never keeps more than a thousand keys', async () => {
    const { state, keys, check } = setup();
    const many = Array.from({ length: 1_001 }, (_, index) => sampleKey(`tenant-${index}`, 3));
    for (const { key, text } of many) {
      await keys.add(key);
      expect(await check({ 'x-api-key': text })).toBeDefined();
    }
    await check({ 'x-api-key': many[1_000]!.text });
    expect(state.lookups).toBe(1_001);
    await check({ 'x-api-key': many[0]!.text });
    expect(state.lookups).toBe(1_002);
  });
});

describe('the use of a key', () => {
  it('is recorded at most once an hour', async () => {
    const { state, check, recorded } = setup();
    for (const now of [10, 100, 3_600, 3_609, 3_700, 7_400]) {
      state.now = now;
      await check({ 'x-api-key': KEY });
    }
    const { keyId } = AGENTS.key;
    expect(recorded).toEqual([10, 3_700, 7_400].map((now) => `acme ${keyId} ${now}`));
  });

  it('is not recorded for a rejected key', async () => {
    const { check, recorded } = setup({ revokedAt: 0 });
    await check({ 'x-api-key': KEY });
    expect(recorded).toEqual([]);
  });

  it('fails no request if it cannot be recorded', async () => {
    const { keys } = memoryApiKeys([AGENTS.key]);
    const cause = new DependencyUnavailableError('throttled');
    const record = async () => {
      throw cause;
    };
    const log = recordedTelemetry();
    const check = authenticate({ keys, uses: { record }, telemetry: log.telemetry, now: () => 0 });
    expect(await check({ 'x-api-key': KEY })).toEqual(IDENTITY);
    expect(log.lines).toMatchObject([{ level: 'error', cause, fields: { keyId: AGENTS.key.keyId } }]);
  });
});
