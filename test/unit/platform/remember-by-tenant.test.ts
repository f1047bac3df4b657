import { describe, expect, it } from 'vitest';
import { rememberByTenant } from '../../../core/platform/remember-by-tenant.ts';
import { rememberedGenerations } from '../../../core/platform/secrets/webhook-generation.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

/** A store that counts its reads, and a clock in milliseconds. */
const world = () => {
  const state = { now: 0, reads: 0, failure: undefined as Error | undefined };
  const read = async (tenantId: string): Promise<string> => {
    if (state.failure) throw state.failure;
    return `${tenantId} ${++state.reads}`;
  };
  return { state, read, remembered: rememberByTenant(read, () => state.now) };
};

describe('what is remembered of a tenant', () => {
  it('is read again when it is as old as the caller allows, for each tenant apart', async () => {
    const { state, remembered } = world();
    expect(await remembered('acme', 10)).toBe('acme 1');
    state.now = 9;
    expect([await remembered('acme', 10), await remembered('globex', 10)]).toEqual(['acme 1', 'globex 2']);
    expect(await remembered('acme', 5)).toBe('acme 3');
    state.now = 19;
    expect(await remembered('acme', 10)).toBe('acme 4');
  });

  it('is used for longer while the store is unavailable; any other failure is thrown', async () => {
    const { state, remembered } = world();
    await remembered('acme', 10);
    state.now = 20;
    state.failure = new DependencyUnavailableError('no table');
    expect(await remembered('acme', 10)).toBe('acme 1');
    await expect(remembered('globex', 10)).rejects.toThrow('no table');
    state.now = 40;
    state.failure = new TypeError('damaged');
    await expect(remembered('acme', 10)).rejects.toThrow('damaged');
  });
});

it('an administrator is not shown a generation that may be outdated', async () => {
  const stored = { generation: 1, formerUntil: 0 };
  let failure: Error | undefined;
  const get = async () => {
    if (failure) throw failure;
    return stored;
  };
  const known = rememberedGenerations({ get }, () => 0);
  expect([await known.get('acme'), await known.getNow('acme')]).toEqual([stored, stored]);
  failure = new DependencyUnavailableError('no table');
  expect(await known.getAgain('acme')).toEqual(stored);
  await expect(known.getNow('acme')).rejects.toThrow('no table');
});
