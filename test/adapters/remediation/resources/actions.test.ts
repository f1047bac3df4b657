import { beforeEach, describe, expect, it } from 'vitest';
import type { ActionSession } from '../../../../adapters/remediation/resources/action-session.ts';
import { executors } from '../../../../adapters/remediation/resources/executors.ts';
import { makeResources } from '../../../../adapters/remediation/resources/make-resources.ts';
import type { Change } from '../../../../core/remediation/action.ts';
import { Json } from '../../../../core/remediation/canonical-json.ts';
import { CATALOGUE, findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import { NotManagedError, RemediationBlockedError } from '../../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../../core/remediation/ports.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { type ActionCase, changesSent, ENVIRONMENT, failAll, ID, resetAll, TENANT } from './clients.ts';
import { COMPUTE_CASES } from './compute-cases.ts';
import { RUN_CASES } from './run-cases.ts';
import { STORE_CASES } from './store-cases.ts';

const ROLE = 'arn:aws:iam::123456789012:role/forestall';
const session = (purpose: string): ActionSession => ({
  roleArn: `${ROLE}-${purpose}`,
  settings: {
    credentials: async () => {
      throw new TypeError('the clients are mocked');
    },
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1, requestTimeout: 1, throwOnRequestTimeout: true },
  },
});
const unused = async (): Promise<never> => {
  throw new TypeError('not used here');
};
const made = executors({
  place: { region: 'eu-west-1', account: '123456789012' },
  findCluster: unused,
  webhook: { target: () => undefined, ownTenant: TENANT, hasBegun: unused, now: () => 0 },
  now: () => 1_790_000_000_000,
});
const [reader, changer] = [session('read'), session('change')];
const resources = makeResources({
  executors: made,
  session: (_, purpose) => (purpose === 'read' ? reader : changer),
});

const actionOf = (id: string) => findAction(id) ?? expect.fail(`no action ${id}`);
const callOf = ({ action, resource, parameters }: ActionCase): ResourceCall => ({
  ...{ action: actionOf(action), resource, parameters: Json.parse(parameters) },
  ...{ owner: { tenantId: TENANT, environment: ENVIRONMENT }, remediationId: ID },
});
const planOf = (each: ActionCase): Change<Json> => {
  const context = { remediationId: ID, at: 1_790_000_000, deployment: each.deployment ?? null };
  const call = callOf(each);
  const planned = call.action.plan(call.parameters, Json.parse(each.state), context);
  return 'notApplicable' in planned ? expect.fail(planned.notApplicable) : planned;
};
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

const CASES = [...COMPUTE_CASES, ...STORE_CASES, ...RUN_CASES];

it('every action but those on clusters and webhooks is tried here', () => {
  const elsewhere = CATALOGUE.filter(({ resourceKind }) => /^kubernetes|^integration/.test(resourceKind));
  const tried = [...CASES.map(({ action }) => action), ...elsewhere.map(({ id }) => id)];
  expect(tried.toSorted()).toEqual(CATALOGUE.map(({ id }) => id).toSorted());
});

describe.each(CASES.map((each) => [each.action, each] as const))('%s', (_, each) => {
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
