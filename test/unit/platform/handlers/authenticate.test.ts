import { describe, expect, it } from 'vitest';
import { formatApiKey, hashApiKey } from '../../../../core/platform/access/api-key.ts';
import type { ApiKey } from '../../../../core/platform/access/ports.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { authenticate } from '../../../../functions/runtime/authenticate.ts';

const KEY = formatApiKey(new Uint8Array(32).fill(1));
const OTHER = formatApiKey(new Uint8Array(32).fill(2));

const setup = () => {
  const state = { now: 0, lookups: 0, known: new Map<string, ApiKey>() };
  state.known.set(hashApiKey(KEY), { tenantId: 'acme', name: 'agents', createdAt: 0 });
  const find = async (hash: string) => {
    state.lookups++;
    return state.known.get(hash);
  };
  return { state, check: authenticate({ keys: { find, add: async () => {} }, now: () => state.now }) };
};

describe('authenticate', () => {
  it.each([
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer  ${KEY} ` },
    { Authorization: `Bearer ${KEY}` },
    { 'x-api-key': KEY },
    { 'X-Api-Key': KEY },
  ])('identifies the tenant of %j', async (headers) => {
    expect(await setup().check(headers)).toEqual({ tenantId: 'acme', name: 'agents' });
  });

  it.each([{}, { authorization: 'Basic YTpi' }, { authorization: KEY }, { 'x-api-key': 'fsk_nonsense' }])(
    'does not look up %j',
    async (headers) => {
      const { state, check } = setup();
      expect(await check(headers)).toBeUndefined();
      expect(state.lookups).toBe(0);
    },
  );

  it('rejects a key that was never issued', async () => {
    expect(await setup().check({ 'x-api-key': OTHER })).toBeUndefined();
  });

  it('caches a known key for a minute and then notices its revocation', async () => {
    const { state, check } = setup();
    await check({ 'x-api-key': KEY });
    state.known.clear();
    state.now = 59_999;
    expect(await check({ 'x-api-key': KEY })).toBeDefined();
    expect(state.lookups).toBe(1);
    state.now = 60_000;
    expect(await check({ 'x-api-key': KEY })).toBeUndefined();
  });

  it('accepts a key as soon as it is issued, even if it was rejected before', async () => {
    const { state, check } = setup();
    await check({ 'x-api-key': OTHER });
    state.known.set(hashApiKey(OTHER), { tenantId: 'beta', name: 'new', createdAt: 0 });
    expect(await check({ 'x-api-key': OTHER })).toEqual({ tenantId: 'beta', name: 'new' });
  });

  it('reports that keys cannot be looked up instead of rejecting the caller', async () => {
    const find = async () => {
      throw new DependencyUnavailableError('table');
    };
    const check = authenticate({ keys: { find, add: async () => {} }, now: () => 0 });
    await expect(check({ 'x-api-key': KEY })).rejects.toThrow(DependencyUnavailableError);
  });
});
