import { beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../core/remediation/catalogue/catalogue.ts';
import { NotManagedError, RemediationBlockedError } from '../../../../core/remediation/errors.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { changesSent, failAll, resetAll } from './clients.ts';
import { COMPUTE_CASES } from './compute-cases.ts';
import { ALL_CASES, callOf, made, planOf, ROLE, resources } from './tried-actions.ts';

/** Bytes as their text: a dry run shows what is sent. */
const shown = (input: unknown): unknown =>
  JSON.parse(
    JSON.stringify(input, (_, value: unknown) =>
      value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
    ),
  );

const failWith = (name: string, fault: 'client' | 'server', pattern: RegExp): void => {
  const failure = Object.assign(new Error('refused'), { name, $fault: fault });
  failAll(failure);
  expect(name).toMatch(pattern);
};

beforeEach(resetAll);

it('every action has an executor', () => {
  expect(new Set(Object.keys(made))).toEqual(new Set(CATALOGUE.map(({ id }) => id)));
});

it('every action but those on clusters and webhooks is tried here', () => {
  const elsewhere = CATALOGUE.filter(({ resourceKind }) => /^kubernetes|^integration/.test(resourceKind));
  const tried = [...ALL_CASES.map(({ action }) => action), ...elsewhere.map(({ id }) => id)];
  expect(tried.toSorted()).toEqual(CATALOGUE.map(({ id }) => id).toSorted());
});

describe.each(ALL_CASES.map((each) => [each.action, each] as const))('%s', (_, each) => {
  const call = callOf(each);

  it('reads the state as its schema defines it', async () => {
    each.answer('before', true);
    const state = await resources.read(call);
    expect(state).toEqual(each.state);
    expect(call.action.state.safeParse(state).error).toBeUndefined();
  });

  it('sends what a dry run shows, and sends nothing again once it has begun', async () => {
    each.answer('before', true);
    const change = planOf(each);
    const previewed = resources.preview(call, change);
    expect(previewed.map((one) => [one.service, one.operation, one.input])).toEqual(each.calls);
    expect(changesSent()).toEqual([]);
    await resources.change(call, change);
    const sent = changesSent().map(([name, input]) => [name, shown(input)]);
    expect(sent).toEqual(previewed.map(({ operation, input }) => [operation, input]));
    resetAll();
    each.answer('begun', true);
    await resources.change(call, change);
    expect(changesSent()).toEqual([]);
  });

  it('neither reads nor changes what is not tagged for the owner', async () => {
    each.answer('before', false);
    await expect(resources.read(call)).rejects.toThrow(NotManagedError);
    await expect(resources.change(call, planOf(each))).rejects.toThrow(NotManagedError);
    expect(changesSent()).toEqual([]);
  });

  it('names the role that lacks a permission, and asks for a retry while the service is down', async () => {
    failWith('AccessDeniedException', 'client', /Denied/);
    await expect(resources.read(call)).rejects.toThrow(ConfigurationError);
    await expect(resources.read(call)).rejects.toThrow(`${ROLE}-read lacks the permission`);
    resetAll();
    failWith('ThrottlingException', 'client', /Throttling/);
    await expect(resources.read(call)).rejects.toThrow(DependencyUnavailableError);
    resetAll();
    failWith('InternalFailure', 'server', /Internal/);
    await expect(resources.read(call)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('a resource that changed since the plan', () => {
  it('is left alone', async () => {
    const each = COMPUTE_CASES[0] ?? expect.fail();
    each.answer('before', true);
    const planned = planOf(each);
    const from = { ...Object(planned.from), desired: 4 };
    await expect(resources.change(callOf(each), { ...planned, from })).rejects.toThrow(
      RemediationBlockedError,
    );
    expect(changesSent()).toEqual([]);
  });
});
