/**
 * Actions on resources that exist in the emulator: read, planned, changed once however often it is tried, done, undone.
 * The emulator is one of its own, so that the calls here are not among those recorded of the deployed functions.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsResources } from '../../adapters/remediation/resources/aws-resources.ts';
import type { Change, PlanningContext } from '../../core/remediation/action.ts';
import { findAction } from '../../core/remediation/catalogue/catalogue.ts';
import { NotManagedError } from '../../core/remediation/errors.ts';
import type { ResourceCall, Resources } from '../../core/remediation/ports.ts';
import { canonicalJson, type Json } from '../../core/shared/canonical-json.ts';
import { startEmulator } from '../../local/emulator/emulator.ts';
import { ensureEmulator } from '../../local/emulator/virtual-environment.ts';
import { type Managed, makeManaged } from './emulator/managed-resources.ts';

const projectRoot = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'forestall-actions-'));
const before = { ...process.env };
const OWNER = { tenantId: 'acme', environment: 'prod' };

let stop: () => Promise<void>;
let resources: Resources;
let managed: Managed;

beforeAll(async () => {
  const { python } = await ensureEmulator(projectRoot);
  const emulator = await startEmulator({ projectRoot, python, folder });
  ({ stop } = emulator);
  Object.assign(process.env, emulator.environment);
  managed = await makeManaged(OWNER);
  resources = awsResources({
    sts: new STSClient({}),
    rolePrefix: 'arn:aws:iam::000000000000:role/forestall/local/actions/local-us-east-1-',
    place: { region: 'us-east-1', account: '000000000000' },
    findCluster: async (name) => expect.fail(`no cluster ${name}`),
    webhook: {
      ...{ target: () => undefined, ownTenant: OWNER.tenantId, now: Date.now },
      hasBegun: async () => false,
    },
    now: Date.now,
  });
});
afterAll(async () => {
  await stop();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  rmSync(folder, { recursive: true, force: true });
});

const callOf = (action: string, resource: string, parameters: Json = {}): ResourceCall => ({
  ...{ action: findAction(action) ?? expect.fail(action), resource, parameters, owner: OWNER },
  remediationId: `rem-${action}`,
});

type Deployment = PlanningContext['deployment'];

const planned = async (call: ResourceCall, deployment: Deployment = null): Promise<Change<Json>> => {
  const context = { remediationId: call.remediationId, at: 1_790_000_000, deployment };
  const change = call.action.plan(call.parameters, await resources.read(call), context);
  return 'notApplicable' in change ? expect.fail(change.notApplicable) : change;
};

const untilDone = async (call: ResourceCall, change: Change<Json>): Promise<Json> => {
  for (;;) {
    const present = await resources.read(call);
    if (call.action.isDone(change, present)) return present;
    await sleep(100);
  }
};

/** Carries out a change, and again during it and after it; returns the state at its end, which the repeats leave alone. */
const carryOut = async (call: ResourceCall, change: Change<Json>): Promise<Json> => {
  await resources.change(call, change);
  await resources.change(call, change);
  const done = await untilDone(call, change);
  await resources.change(call, change);
  const after = await resources.read(call);
  expect(canonicalJson(call.action.basis(after))).toBe(canonicalJson(call.action.basis(done)));
  return after;
};

const undone = async (call: ResourceCall, change: Change<Json>): Promise<Json> => {
  const undo = call.action.undo(change, await resources.read(call));
  return carryOut(call, 'notApplicable' in undo ? expect.fail(undo.notApplicable) : undo);
};

describe('an Auto Scaling group', () => {
  it('gets one more instance, and loses it again', async () => {
    const call = callOf('scale-out-group', `auto-scaling-group:${managed.group}`, { max: 8 });
    const change = await planned(call);
    expect(change.summary).toBe('desired instances 5 → 6');
    expect(await carryOut(call, change)).toMatchObject({ desired: 6, inService: 6 });
    expect(await managed.capacity()).toBe(6);
    expect(await undone(call, change)).toMatchObject({ desired: 5 });
    expect(await managed.capacity()).toBe(5);
  });
});

describe('an ECS service', () => {
  const resource = () => `ecs-service:${managed.service}`;

  it('is restarted once: one new deployment', async () => {
    const call = callOf('restart-service', resource());
    const known = await managed.deployments();
    await carryOut(call, await planned(call));
    const fresh = (await managed.deployments()).filter((id) => !known.includes(id));
    expect(fresh).toHaveLength(1);
  });

  it('goes back to the task definition before the deployment, and forward again', async () => {
    const call = callOf('roll-back-service', resource());
    const change = await planned(call, { deployed: 'checkout:2', previous: 'checkout:1' });
    expect(await carryOut(call, change)).toMatchObject({ version: 'checkout:1' });
    expect(await undone(call, change)).toMatchObject({ version: 'checkout:2' });
  });
});

describe('a Lambda alias', () => {
  it('goes back to the version before the deployment, and forward again', async () => {
    const call = callOf('roll-back-alias', 'lambda-alias:pay/live');
    const change = await planned(call, { deployed: '2', previous: '1' });
    expect(await carryOut(call, change)).toMatchObject({ version: '1' });
    expect(await managed.aliasVersion()).toBe('1');
    expect(await undone(call, change)).toMatchObject({ version: '2' });
    expect(await managed.aliasVersion()).toBe('2');
  });
});

describe('a configuration of AppConfig', () => {
  it('gets its flag by one deployment, and loses it by another', async () => {
    const resource = `appconfig-profile:${managed.profile}`;
    const call = callOf('enable-circuit-breaker', resource, { field: 'breaker' });
    const change = await planned(call);
    expect(await carryOut(call, change)).toMatchObject({ document: { breaker: true, timeoutMs: 800 } });
    expect(await managed.configurationDeployments()).toBe(2);
    expect(await undone(call, change)).toMatchObject({ document: { breaker: false, timeoutMs: 800 } });
    expect(await managed.configurationDeployments()).toBe(3);
  });
});

describe('a dead-letter queue', () => {
  it('is emptied into the queue that its messages came from, by one task', async () => {
    const call = callOf('redrive-dead-letters', 'sqs-queue:orders-dead', { maxMessages: 100 });
    const change = await planned(call);
    expect(change.summary).toContain('redrive about 3 messages');
    await carryOut(call, change);
    expect(await managed.messages()).toEqual({ dead: 0, source: 3 });
    expect(await managed.moveTasks()).toBe(1);
  });
});

describe('a document of Systems Manager', () => {
  it('runs once on the instances of the policy', async () => {
    const parameters = { instances: [managed.instance], values: { unit: ['nginx'] } };
    const call = callOf('restart-process', 'ssm-document:restart-nginx', parameters);
    expect(await carryOut(call, await planned(call))).toEqual({
      ...{ startedBy: call.remediationId, status: 'succeeded' },
    });
    expect(await managed.commands()).toBe(1);
  });
});

describe('an EC2 instance', () => {
  it('is rebooted, which its tag records', async () => {
    const call = callOf('reboot-instance', `ec2-instance:${managed.instance}`);
    expect(await carryOut(call, await planned(call))).toMatchObject({
      generation: `restarted by ${call.remediationId}`,
    });
  });
});

describe('a workflow', () => {
  it('is started once', async () => {
    const call = callOf('start-execution', 'state-machine:repair', { input: { shard: 3 } });
    await carryOut(call, await planned(call));
    expect(await managed.executions()).toEqual(['{"shard":3}']);
  });
});

describe('resources of somebody else', () => {
  it('are neither read nor changed', async () => {
    const call = callOf('scale-out-group', `auto-scaling-group:${managed.group}`, { max: 8 });
    const change = await planned(call);
    const stranger = { ...call, owner: { tenantId: 'stranger', environment: 'prod' } };
    await expect(resources.read(stranger)).rejects.toThrow(NotManagedError);
    await expect(resources.change(stranger, change)).rejects.toThrow(NotManagedError);
    const elsewhere = { ...call, owner: { ...OWNER, environment: 'dev' } };
    await expect(resources.read(elsewhere)).rejects.toThrow(NotManagedError);
    expect(await managed.capacity()).toBe(5);
  });
});
