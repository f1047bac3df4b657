import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActionSession } from '../../../../adapters/remediation/resources/action-session.ts';
import { executors } from '../../../../adapters/remediation/resources/executors.ts';
import type { FindCluster } from '../../../../adapters/remediation/resources/kubernetes-deployments.ts';
import { makeResources } from '../../../../adapters/remediation/resources/make-resources.ts';
import type { Change } from '../../../../core/remediation/action.ts';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import { NotManagedError, RemediationBlockedError } from '../../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../../core/remediation/ports.ts';
import type { Json } from '../../../../core/shared/canonical-json.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import type { Breaker } from '../../../../core/shared/resilience/breaker.ts';
import { type KubernetesApi, startKubernetesApi } from '../../../harness/kubernetes-api.ts';

const LABELS = { 'forestall/tenant': 'acme', 'forestall/environment': 'prod' };
const open: Breaker = { run: (call) => call() };
const session: ActionSession = {
  roleArn: 'arn:aws:iam::123456789012:role/any',
  settings: {
    credentials: async () => expect.fail('no call of AWS'),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1, requestTimeout: 1, throwOnRequestTimeout: true },
  },
};

let api: KubernetesApi;
let tokens = 0;
let token = '';

beforeAll(async () => {
  api = await startKubernetesApi();
});
afterAll(() => api.close());

const findCluster: FindCluster = async (name) => {
  if (name !== 'main') throw new NotManagedError(`the stage has no cluster ${name}`);
  return { name, url: api.url, token, breaker: open };
};
const resources = makeResources({
  executors: executors({
    place: { region: 'eu-west-1', account: '123456789012' },
    findCluster,
    webhook: {
      ...{ target: () => undefined, ownTenant: 'acme', now: () => 0 },
      hasBegun: async () => expect.fail('not used'),
    },
    now: () => 0,
  }),
  session: () => session,
});

const callOf = (action: string, resource: string, parameters: Json = {}): ResourceCall => ({
  ...{ action: findAction(action) ?? expect.fail(action), resource, parameters },
  ...{ owner: { tenantId: 'acme', environment: 'prod' }, remediationId: 'rem-1' },
});
const DEPLOYMENT = 'kubernetes-deployment:main/shop/checkout';
const POD = 'kubernetes-pod:main/shop/checkout-1';
const KEY = { resource: 'deployments', namespace: 'shop', name: 'checkout' };
const POD_KEY = { resource: 'pods', namespace: 'shop', name: 'checkout-1' };

const planned = async (
  call: ResourceCall,
  deployment: { readonly deployed: string; readonly previous: string } | null = null,
): Promise<Change<Json>> => {
  const context = { remediationId: 'rem-1', at: 1, deployment };
  const change = call.action.plan(call.parameters, await resources.read(call), context);
  return 'notApplicable' in change ? expect.fail(change.notApplicable) : change;
};
/** The token may do what the catalogue says that it needs, and nothing else. */
const allow = (action: string): void =>
  api.issue(token, findAction(action)?.permissions.cluster ?? expect.fail(action));

const templateWith = (image: string, more: object = {}) => ({
  metadata: { labels: { app: 'checkout' } },
  spec: {
    containers: [
      { name: 'proxy', image: 'proxy:1' },
      { name: 'checkout', image, env: [{ name: 'MODE', value: image }], ...more },
    ],
  },
});

beforeEach(() => {
  token = `scoped-${tokens++}`;
  api.failWith(undefined);
  api.state.clear();
  const template = templateWith('checkout:1');
  api.state.create(KEY, { metadata: { labels: LABELS }, spec: { replicas: 3, template } });
  api.state.settle();
  api.state.patch(KEY, 'application/strategic-merge-patch+json', {
    spec: { template: templateWith('checkout:2') },
  });
  api.state.settle();
  const ownerReferences = [{ kind: 'ReplicaSet', name: 'checkout-h2', uid: 'rs', controller: true }];
  api.state.create(POD_KEY, { metadata: { labels: LABELS, ownerReferences } });
});

/** What an action does, whether it is done before and after the controllers worked, and that a repeat does nothing. */
const carryOut = async (call: ResourceCall, change: Change<Json>): Promise<void> => {
  const sent = api.changes.length;
  await resources.change(call, change);
  expect(api.changes.length - sent).toBe(1);
  await resources.change(call, change);
  expect(call.action.isDone(change, await resources.read(call))).toBe(false);
  api.state.settle();
  expect(call.action.isDone(change, await resources.read(call))).toBe(true);
  await resources.change(call, change);
  expect(api.changes.length - sent).toBe(1);
};

describe('a Deployment', () => {
  it.each([
    ['scale-out-deployment', { add: 2, max: 10 }, 5],
    ['scale-in-deployment', { min: 1 }, 2],
  ])('%s: sets the replicas, and back', async (action, parameters, replicas) => {
    allow(action);
    const call = callOf(action, DEPLOYMENT, parameters);
    expect(await resources.read(call)).toEqual({ desired: 3, min: 0, max: 5000, inService: 3 });
    const change = await planned(call);
    expect(resources.preview(call, change)).toEqual([
      {
        service: 'kubernetes',
        operation: 'PATCH /apis/apps/v1/namespaces/shop/deployments/checkout',
        input: { spec: { replicas } },
      },
    ]);
    await carryOut(call, change);
    const undo = call.action.undo(change, await resources.read(call));
    await carryOut(call, 'notApplicable' in undo ? expect.fail(undo.notApplicable) : undo);
    expect(await resources.read(call)).toMatchObject({ desired: 3, inService: 3 });
  });

  it('restarts once, as kubectl does', async () => {
    allow('restart-deployment');
    const call = callOf('restart-deployment', DEPLOYMENT);
    await carryOut(call, await planned(call));
    expect(api.state.get(KEY)).toMatchObject({
      spec: {
        template: {
          metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'restarted by rem-1' } },
        },
      },
    });
  });

  it('rolls back to the whole template of the revision, not only to its image', async () => {
    allow('roll-back-deployment');
    const call = callOf('roll-back-deployment', DEPLOYMENT);
    const state = await resources.read(call);
    expect(state).toEqual({
      ...{ version: 'checkout:2', available: ['checkout:2', 'checkout:1'], units: 3, isBusy: false },
    });
    await carryOut(call, await planned(call, { deployed: 'checkout:2', previous: 'checkout:1' }));
    const { spec } = api.state.get(KEY);
    expect(spec).toMatchObject({ template: templateWith('checkout:1') });
    expect(JSON.stringify(spec)).not.toContain('pod-template-hash');
  });

  it('is not overwritten if somebody changed it since the plan', async () => {
    allow('scale-out-deployment');
    const call = callOf('scale-out-deployment', DEPLOYMENT, { max: 10 });
    const change = await planned(call);
    const other = { spec: { replicas: 7 } };
    api.state.patch(KEY, 'application/strategic-merge-patch+json', other);
    const sent = api.changes.length;
    await expect(resources.change(call, change)).rejects.toThrow(RemediationBlockedError);
    expect(api.changes.length).toBe(sent);
  });
});

describe('a pod', () => {
  it('is deleted only if it is the one that was read', async () => {
    allow('recycle-pod');
    const call = callOf('recycle-pod', POD);
    const change = await planned(call);
    await carryOut(call, change);
    expect(await resources.read(call)).toEqual({ generation: '', units: 0, isBusy: false });
    api.state.create(POD_KEY, { metadata: { labels: LABELS } });
    await resources.change(call, change);
    expect(api.state.get(POD_KEY)).not.toHaveProperty('metadata.deletionTimestamp');
  });
});

describe('what stands in the way', () => {
  const call = callOf('scale-out-deployment', DEPLOYMENT, { max: 10 });

  it.each([
    ['no labels', {}],
    ['the labels of another tenant', { ...LABELS, 'forestall/tenant': 'other' }],
    ['the labels of another environment', { ...LABELS, 'forestall/environment': 'dev' }],
  ])('%s: it is left alone', async (_, labels) => {
    allow('scale-out-deployment');
    api.state.clear();
    api.state.create(KEY, {
      metadata: { labels },
      spec: { replicas: 3, template: templateWith('checkout:1') },
    });
    await expect(resources.read(call)).rejects.toThrow(NotManagedError);
  });

  it('a token that is not valid, or whose role lacks a verb: says which', async () => {
    await expect(resources.read(call)).rejects.toThrow(/answered 401.*store a new one/);
    await expect(resources.read(call)).rejects.toThrow(ConfigurationError);
    api.issue(token, [{ apiGroup: 'apps', resource: 'deployments', verbs: ['get'] }]);
    const change = await planned(call);
    await expect(resources.change(call, change)).rejects.toThrow(/403.*cannot patch resource "deployments"/);
    await expect(resources.change(call, change)).rejects.toThrow(ConfigurationError);
  });

  it('a Deployment or a cluster that does not exist', async () => {
    allow('scale-out-deployment');
    const other = callOf('scale-out-deployment', 'kubernetes-deployment:main/shop/missing', { max: 10 });
    await expect(resources.read(other)).rejects.toThrow(NotManagedError);
    const elsewhere = callOf('scale-out-deployment', 'kubernetes-deployment:other/shop/checkout', { max: 9 });
    await expect(resources.read(elsewhere)).rejects.toThrow('the stage has no cluster other');
  });

  it.each([429, 500, 503])('a cluster that answers %i: a retry', async (status) => {
    allow('scale-out-deployment');
    api.failWith(status);
    await expect(resources.read(call)).rejects.toThrow(DependencyUnavailableError);
  });
});
