import { describe, expect, it } from 'vitest';
import { replacePolicy } from '../../../../core/remediation/policies/replace-policy.ts';
import { setKillSwitch } from '../../../../core/remediation/policies/set-kill-switch.ts';
import { jsonHash } from '../../../../core/shared/canonical-json.ts';
import { ConflictError, InvalidInputError } from '../../../../core/shared/errors.ts';
import {
  memoryDecisionStore,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { NOW, samplePolicy } from '../stored-samples.ts';

const ADA = { by: { kind: 'person' as const, name: 'ada' }, mayLoosen: true };
const KEY = { by: { kind: 'key' as const, name: 'ci', keyId: 'k' }, mayLoosen: false };

const setup = (loosened: readonly string[] = [], faults: readonly string[] = []) => {
  const memory = remediationMemory();
  const store = memoryRemediationStore(memory);
  const deps = {
    store,
    rules: { faultsOf: () => faults, loosened: () => loosened },
    now: () => NOW * 1000 + 999,
  };
  return {
    deps,
    store,
    decisions: async () => (await memoryDecisionStore(memory).list('acme', { limit: 9 })).items,
  };
};
const first = { tenantId: 'acme', version: 0, policy: samplePolicy };

describe('a policy', () => {
  it('is replaced with a decision that names its hash and what was loosened', async () => {
    const { deps, store, decisions } = setup(['environment shop is added']);
    expect(await replacePolicy(deps, { ...first, ...ADA })).toEqual({ item: samplePolicy, revision: 1 });
    expect((await store.state('acme')).policy).toEqual({ item: samplePolicy, revision: 1 });
    expect(await decisions()).toMatchObject([
      {
        ...{ kind: 'policy-changed', by: ADA.by, policyVersion: 1, at: NOW, remediationId: null },
        outcome: {
          ...{ policyHash: jsonHash(samplePolicy), version: 1, loosened: ['environment shop is added'] },
        },
      },
    ]);
  });

  it('is refused with an older version', async () => {
    const { deps, decisions } = setup();
    await replacePolicy(deps, { ...first, ...ADA });
    await expect(replacePolicy(deps, { ...first, ...ADA })).rejects.toThrow(ConflictError);
    await replacePolicy(deps, { ...first, version: 1, ...ADA });
    expect(await decisions()).toHaveLength(2);
  });

  it('is loosened by people who may approve, and by no one else', async () => {
    const { deps, store } = setup(['stage suggest → automatic']);
    await expect(replacePolicy(deps, { ...first, ...KEY })).rejects.toMatchObject({
      ...{ code: 'forbidden', message: expect.stringContaining('stage suggest → automatic') },
    });
    expect((await store.state('acme')).policy.revision).toBe(0);
    const strict = setup();
    expect(await replacePolicy(strict.deps, { ...first, ...KEY })).toMatchObject({ revision: 1 });
  });

  it('is refused with actions, alert types or parameters that do not exist', async () => {
    const { deps, store } = setup([], ['auto-scaling-group:web: no action scale-up']);
    const attempt = replacePolicy(deps, { ...first, ...ADA });
    await expect(attempt).rejects.toThrow(InvalidInputError);
    await expect(attempt).rejects.toThrow('no action scale-up');
    expect((await store.state('acme')).policy.revision).toBe(0);
  });
});

describe('the kill switch', () => {
  it('is turned on by anyone who operates, and off only by people who may approve', async () => {
    const { deps, store, decisions } = setup();
    const on = { tenantId: 'acme', isOn: true, reason: 'migration' };
    expect(await setKillSwitch(deps, { ...on, ...KEY })).toEqual({
      ...{ isOn: true, reason: 'migration', by: 'ci', at: NOW },
    });
    await expect(setKillSwitch(deps, { ...on, isOn: false, ...KEY })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect((await store.state('acme')).killSwitch.item?.isOn).toBe(true);
    await setKillSwitch(deps, { ...on, isOn: false, reason: 'done', ...ADA });
    expect((await store.state('acme')).killSwitch.item).toMatchObject({ isOn: false, by: 'ada' });
    expect(await decisions()).toMatchObject([
      { kind: 'kill-switch-changed', outcome: { isOn: true, reason: 'migration' }, by: KEY.by },
      { kind: 'kill-switch-changed', outcome: { isOn: false, reason: 'done' }, by: ADA.by },
    ]);
  });

  it('stays as it is if it is in the position already', async () => {
    const { deps, decisions } = setup();
    const on = { tenantId: 'acme', isOn: true, reason: 'first', ...KEY };
    await setKillSwitch(deps, on);
    expect(await setKillSwitch(deps, { ...on, reason: 'second' })).toMatchObject({ reason: 'first' });
    expect(await decisions()).toHaveLength(1);
  });
});
