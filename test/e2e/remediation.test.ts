/**
 * From an alarm or a prediction to an action that was verified, in the deployed workflow: people approve, resources that
 * exist in the emulator change, their metrics show it, and people take it back. The services report once a minute, as
 * nothing is verified without metrics, so that this takes some minutes; they all run at once.
 */
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { processTerminal } from '../../cli/terminal/terminal.ts';
import { requireOutput } from '../../local/deploy.ts';
import { remediationStory } from '../../local/remediation-story.ts';
import { countServers } from '../../local/server-group.ts';
import { StageTimes } from '../../local/stage-times.ts';
import { GROUP } from '../../local/story-service.ts';
import { type Managed, makeManaged } from './emulator/managed-resources.ts';
import { hearNotices } from './heard-notices.ts';
import { alarmEvent, deliver } from './incident-scenario.ts';
import { type Ask, asker } from './isolation/tenants.ts';
import {
  ALARMS,
  CHECKOUT,
  FLAGS,
  keepSending,
  ORDERS,
  OWNER,
  PAY,
  PROXY,
  policyOf,
  reportDeployment,
  resourcesOf,
  type Service,
  sendHistory,
} from './managed-services.ts';
import { signIn } from './people.ts';
import { drained, finishedRun, useSession } from './pipeline-client.ts';

const session = inject('session');
const MINUTE = 60_000;

interface Found {
  readonly id: string;
  readonly status: string;
  readonly resource?: string;
  readonly planHash?: string;
  readonly answerBy?: string;
  readonly dryRun: boolean;
}

let client: ApiClient;
let managed: Managed;
let approver: Ask;
let second: Ask;
let heard: Awaited<ReturnType<typeof hearNotices>>;
const helped = new Set<Service>();
const ending = new AbortController();
let sending: Promise<void>;

const answered = async (answer: ReturnType<Ask>) => {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return JSON.parse(text);
};

const person = async (name: string): Promise<Ask> => {
  const { AccessToken } = await signIn(session, name, [`${OWNER.tenantId}.approver`]);
  return asker(session, AccessToken);
};

const forecast = async () => finishedRun(client, (await client.startRun()).id);

beforeAll(async () => {
  useSession(session);
  client = new ApiClient({ url: session.url, apiKey: session.apiKey });
  heard = await hearNotices();
  managed = await makeManaged(OWNER);
  [approver, second] = [await person('e2e-approver'), await person('e2e-second-approver')];
  const { version } = await answered(approver('get', '/v1/remediation-policy'));
  await answered(approver('put', '/v1/remediation-policy', { version, policy: policyOf(managed) }));
  const now = Math.floor(Date.now() / 60_000) * 60;
  await sendHistory(client, now);
  await drained();
  sending = keepSending(client, now, (service) => helped.has(service), ending.signal);
  await forecast();
  await forecast();
  const at = Math.floor(Date.now() / 1000);
  for (const name of Object.values(ALARMS)) await deliver(alarmEvent('ALARM', at, name, 'shop'));
  await reportDeployment(client, now);
});

afterAll(async () => {
  ending.abort();
  await sending;
  const { version } = await answered(approver('get', '/v1/remediation-policy'));
  await answered(approver('put', '/v1/remediation-policy', { version, policy: { environments: {} } }));
});

const about = async (resource: string): Promise<Found | undefined> => {
  const { items } = await answered(approver('get', '/v1/remediations?limit=100'));
  return (items as readonly Found[]).find(
    (each) => each.resource === resource && each.status !== 'refused' && !each.dryRun,
  );
};

/** `expect.poll` is not for concurrent tests. */
const eventually = async (resource: string, isIt: (found: Found) => boolean): Promise<Found> => {
  const deadline = Date.now() + 9 * MINUTE;
  for (;;) {
    const found = await about(resource);
    if (found !== undefined && isIt(found)) return found;
    if (Date.now() > deadline) return expect.fail(`${resource}: ${JSON.stringify(found)}`);
    await sleep(1000);
  }
};

const inStatus = (resource: string, ...wanted: readonly string[]): Promise<Found> =>
  eventually(resource, ({ status }) => wanted.includes(status));

const whole = ({ id }: Found) => answered(approver('get', `/v1/remediations/${id}`));

const answer = (by: Ask, { id, planHash }: Found, verb: 'approve' | 'reject' | 'undo') =>
  answered(by('post', `/v1/remediations/${id}/${verb}`, { planHash, reason: `${verb} in a test` }));

/** As on a phone: opens the link, and sends the form of the page. */
const approveByLink = async ({ id }: Found): Promise<void> => {
  const { path } = await answered(approver('post', `/v1/remediations/${id}/approval-link`));
  const page = await fetch(`${session.url}${path}`, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('redrive about 3 messages');
  const body = new URLSearchParams({ answer: 'approved', reason: 'by link' });
  const given = await fetch(`${session.url}${path}`, { method: 'POST', body });
  expect([given.status, await given.text()]).toEqual([
    200,
    expect.stringContaining('Your answer is recorded'),
  ]);
  expect((await fetch(`${session.url}${path}`, { method: 'POST', body })).status).toBe(409);
};

const approved = async (resource: string, service: Service): Promise<Found> => {
  const asked = await eventually(resource, ({ answerBy }) => answerBy !== undefined);
  await (service === ORDERS ? approveByLink(asked) : answer(approver, asked, 'approve'));
  const acted = await inStatus(resource, 'verifying', 'succeeded');
  helped.add(service);
  return acted;
};

describe('a service', () => {
  it.concurrent('the story of `npm start -- --remediate` adds a server before the CPU is used up', async () => {
    const shown: string[] = [];
    const output = new Writable({
      write: (chunk, _, done) => {
        shown.push(String(chunk));
        done();
      },
    });
    const terminal = {
      ...processTerminal(),
      stdin: Readable.from(['approve\n']),
      stdout: output,
      stderr: output,
    };
    const { url, outputs } = session;
    await remediationStory({ session: { client, url, outputs }, stages: new StageTimes(output), terminal });
    const text = shown.join('');
    expect(text).toMatch(/the group had 5 servers and has [678]/);
    expect(text).toContain('verified: avoided');
    expect(text).toContain('scale-out-group: 1 succeeded, 0 failed');
  }, 600_000);

  it.concurrent.each([
    ['a service of containers', 'checkout', CHECKOUT],
    ['a flag', 'flags', FLAGS],
    ['a queue', 'orders', ORDERS],
    ['a process', 'proxy', PROXY],
  ] as const)(
    '%s is helped once a person approves, and that is verified',
    async (_, name, service) => {
      const resource = resourcesOf(managed)[name];
      await approved(resource, service);
      const done = await whole(await inStatus(resource, 'succeeded'));
      expect(done).toMatchObject({
        approval: { approvals: [{ by: { kind: 'person', name: 'e2e-approver' } }] },
        verification: { verdict: 'avoided' },
      });
    },
    600_000,
  );

  it.concurrent('gets back the version from before an unhealthy deployment, once a person approves', async () => {
    const { id } = await approved(resourcesOf(managed).pay, PAY);
    expect(await answered(approver('get', `/v1/remediations/${id}`))).toMatchObject({
      action: 'roll-back-alias',
      approval: { approvals: [{ by: { kind: 'person', name: 'e2e-approver' } }] },
    });
    expect(await managed.aliasVersion()).toBe('1');
  }, 600_000);
});

it('was asked of people in a message that says what changes, why, and how to answer', async () => {
  const { flags } = resourcesOf(managed);
  const { id } = (await about(flags)) ?? expect.fail();
  const notice = (await heard()).find((each) => each.includes(id)) ?? expect.fail();
  expect(notice.split('\n')[0]).toMatch(/^\[shop\] Approve until \d\d:\d\d UTC: enable-circuit-breaker on /);
  expect(notice).toContain(`forestall remediations approve ${id}`);
  expect(notice).toMatch(/Why:\n- \S/);
  expect(notice).not.toMatch(/undefined|NaN|\[object/);
});

it('was all decided before: the record has each decision with its inputs', async () => {
  const { id } = (await about(resourcesOf(managed).flags)) ?? expect.fail();
  const { items } = await answered(approver('get', `/v1/decisions?remediation=${id}&limit=100`));
  const kinds = (items as readonly { kind: string }[]).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['approval-asked', 'approved', 'action-begun', 'verified']));
  const { sequence } = (items as readonly { kind: string; sequence: number }[]).find(
    ({ kind }) => kind === 'verified',
  )!;
  const { inputs } = await answered(approver('get', `/v1/decisions/${sequence}`));
  expect(inputs).toMatchObject({ metric: FLAGS.metric });
});

it('a request that is sent twice with one Idempotency-Key is one rehearsal, which changes nothing', async () => {
  const { flags } = resourcesOf(managed);
  const wanted = { action: 'enable-circuit-breaker', resource: flags, reason: 'rehearsal', dryRun: true };
  const send = () =>
    answered(approver('post', '/v1/remediations', wanted, { 'idempotency-key': 'rehearsal' }));
  const first = await send();
  expect(await send()).toEqual(first);
  expect(await managed.configurationDeployments()).toBe(2);
});

it('a rollback that was proposed for a deployment nobody knows changes nothing', async () => {
  const at = new Date().toISOString();
  const plan = {
    action: 'roll-back-deployment',
    targetId: FLAGS.target,
    changeId: 'unknown',
    from: '2',
    to: '1',
  };
  const detail = {
    ...{ id: 'RemediationProposed/local/unknown', tenantId: OWNER.tenantId, occurredAt: at, plan },
    ...{ evidence: [], confidence: 0.9, expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
  };
  const [Source, DetailType] = ['forestall.changes', 'RemediationProposed'];
  const EventBusName = requireOutput(session.outputs, 'EventBusName');
  const entry = { Source, DetailType, EventBusName, Detail: JSON.stringify(detail) };
  await new EventBridgeClient().send(new PutEventsCommand({ Entries: [entry] }));
  await expect
    .poll(async () => JSON.stringify(await answered(approver('get', '/v1/remediations?limit=100'))), {
      timeout: 2 * MINUTE,
    })
    .toContain('The change unknown does not exist.');
});

describe('what was changed', () => {
  it('is seen in the resources', async () => {
    expect(await managed.configurationDeployments()).toBe(2);
    expect(await managed.messages()).toMatchObject({ dead: 0 });
    expect(await managed.moveTasks()).toBe(1);
    expect(await managed.commands()).toBe(1);
  });

  it('is taken back if a person asks for it', async () => {
    const changed = [resourcesOf(managed).flags, `auto-scaling-group:${GROUP}`];
    for (const resource of changed) {
      const done = (await about(resource)) ?? expect.fail();
      await answer(second, done, 'undo');
    }
    for (const resource of changed) await inStatus(resource, 'undone');
    expect(await countServers(GROUP)).toBe(5);
    expect(await managed.configurationDeployments()).toBe(3);
  });

  it('can be permanent', async () => {
    const done = (await about(resourcesOf(managed).orders)) ?? expect.fail();
    const refused = await second('post', `/v1/remediations/${done.id}/undo`, {
      ...{ planHash: done.planHash, reason: 'cannot be' },
    });
    expect(refused.status).toBe(409);
  });
});
