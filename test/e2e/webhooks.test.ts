/** Webhooks as senders deliver them: repeated, replayed, late, and during a rotation of their secret. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { slackMac, WEBHOOK_WINDOW_SECONDS } from '../../core/platform/secrets/webhook-signature.ts';
import { requireOutput } from '../../local/deploy.ts';
import { newKey, useSession } from './pipeline-client.ts';
import { currentVersion, forgetRings, rotateNow } from './rotate-now.ts';
import { nowSeconds, shownKeys, signed, webhookSender } from './signed-webhook.ts';

const session = inject('session');
const TENANT = 'e2e-webhooks';
/** Deployed so long ago that all checks are due, and the watch ends in seconds. */
const DEPLOYMENT_AGE_SECONDS = 65 * 60;
const POLL = { timeout: 60_000, interval: 1000 };

const send = webhookSender(session.url, TENANT);
let apiKey = '';
let client: ApiClient;
let secretId = '';
let secret = '';

const change = (id: string, summary = 'version 41') => JSON.stringify({ target: 'web-1', summary, id });

/** The tenant's secret of a version, as receivers show it that read their secret again. */
const shown = async (versionId: string) => {
  await forgetRings(secretId);
  const keys = await shownKeys(session.url, apiKey);
  return keys.find((key) => key.versionId === versionId)!;
};

beforeAll(async () => {
  useSession(session);
  apiKey = await newKey(session, TENANT);
  client = new ApiClient({ url: session.url, apiKey });
  secretId = requireOutput(session.outputs, 'SigningSecretArn');
  secret = (await shown(await currentVersion(secretId))).secret;
});

const recorded = async (): Promise<readonly string[]> => {
  const response = await fetch(`${session.url}/v1/changes`, { headers: { 'x-api-key': apiKey } });
  const { items } = (await response.json()) as { items: readonly { id: string }[] };
  return items.map(({ id }) => id);
};

describe('a webhook', () => {
  it('that is delivered again is executed once, and answered alike', async () => {
    const webhook = { id: 'twice', body: change('twice'), sentAt: nowSeconds() };
    const first = await send(signed(secret, webhook), webhook.body);
    expect(first).toMatchObject({ status: 202, body: expect.stringContaining('"twice"') });
    // Senders sign each delivery with its own time.
    const again = { ...webhook, sentAt: webhook.sentAt + 1 };
    expect(await send(signed(secret, again), again.body)).toEqual(first);
    expect((await recorded()).filter((id) => id === 'twice')).toHaveLength(1);
  });

  it('with the id of another one is refused', async () => {
    const webhook = { id: 'twice', body: change('other'), sentAt: nowSeconds() };
    const { status, body } = await send(signed(secret, webhook), webhook.body);
    expect([status, JSON.parse(body).type]).toEqual([422, expect.stringContaining('idempotency-key-reused')]);
    expect(await recorded()).not.toContain('other');
  });

  it('that contradicts a recorded change is refused each time, because a refusal is not remembered', async () => {
    for (const summary of ['version 1', 'version 2']) {
      const webhook = { id: 'contradicts', body: change('twice', summary), sentAt: nowSeconds() };
      expect((await send(signed(secret, webhook), webhook.body)).status).toBe(409);
    }
  });

  it('signed as Slack does is accepted', async () => {
    const body = change('by-slack');
    const time = String(nowSeconds());
    const signature = `v0=${slackMac(secret, time, body).toString('hex')}`;
    const headers = { 'x-slack-request-timestamp': time, 'x-slack-signature': signature };
    expect((await send(headers, body)).status).toBe(202);
    expect((await send(headers, `${body} `)).status).toBe(401);
  });

  it('of a deployment starts a watch, which ends', async () => {
    const content = { StackName: 'shop', ChangeSetName: 'next', Changes: [] };
    const body = JSON.stringify({
      ...{ target: 'web-2', summary: 'version 42', id: 'deployed', kind: 'deployment' },
      ...{ at: String(nowSeconds() - DEPLOYMENT_AGE_SECONDS), version: '42' },
      plan: { format: 'cloudformation-change-set', content },
    });
    const { status, body: answer } = await send(
      signed(secret, { id: 'deployed', body, sentAt: nowSeconds() }),
      body,
    );
    expect([status, JSON.parse(answer).health]).toEqual([202, 'watching']);
    await expect.poll(async () => (await client.change('deployed')).health, POLL).not.toBe('watching');
    // No metrics of the target arrived.
    const { checks, health } = await client.change('deployed');
    expect([checks, health]).toMatchObject([{ length: 4 }, 'unknown']);
  });
});

describe('a captured webhook is refused', () => {
  const captured = { id: 'captured', body: change('captured'), sentAt: nowSeconds() };
  const headers = () => signed(secret, captured);
  const late = nowSeconds() - WEBHOOK_WINDOW_SECONDS - 5;

  it.each([
    ['after five minutes', () => send(signed(secret, { ...captured, sentAt: late }), captured.body)],
    [
      'with a newer time',
      () => send({ ...headers(), 'webhook-timestamp': `${nowSeconds() + 9}` }, captured.body),
    ],
    [
      'from the future',
      () => send(signed(secret, { ...captured, sentAt: nowSeconds() + 400 }), captured.body),
    ],
    ['under another id', () => send({ ...headers(), 'webhook-id': 'captured-2' }, captured.body)],
    ['with another body', () => send(headers(), change('changed'))],
    [
      'at the address of another tenant',
      () => webhookSender(session.url, 'e2e-other')(headers(), captured.body),
    ],
    ['without its signature', () => send({ 'webhook-id': 'captured' }, captured.body)],
  ])('%s', async (_, replay) => {
    expect(await replay()).toMatchObject({ status: 401, body: expect.stringContaining('invalid-signature') });
    expect(await recorded()).not.toContain('captured');
  });
});

describe('a tenant that replaces its secret', () => {
  const replace = (overlapHours: number) =>
    fetch(`${session.url}/v1/webhooks/signing-keys/replace`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ overlapHours }),
    });
  const deliver = async (key: string, id: string): Promise<number> => {
    const webhook = { id, body: change(id), sentAt: nowSeconds() };
    return (await send(signed(key, webhook), webhook.body)).status;
  };

  it('sends with both during the overlap, and with the new one alone once it has ended', async () => {
    expect((await replace(1)).status).toBe(200);
    const [next] = await shownKeys(session.url, apiKey);
    expect(next!.secret).not.toBe(secret);
    // A function reads the generation of a tenant once a second at most.
    await sleep(1_100);
    expect([await deliver(next!.secret, 'replaced-new'), await deliver(secret, 'replaced-old')]).toEqual([
      202, 202,
    ]);
    expect((await replace(1)).status).toBe(409);
    expect((await replace(0)).status).toBe(200);
    await forgetRings(secretId);
    const [newest] = await shownKeys(session.url, apiKey);
    expect(await deliver(newest!.secret, 'replaced-newest')).toBe(202);
    for (const old of [secret, next!.secret]) expect(await deliver(old, 'replaced-late')).toBe(401);
    expect(await recorded()).not.toContain('replaced-late');
    secret = newest!.secret;
  });
});

describe('during a rotation', () => {
  const deliver = async (key: string, id: string): Promise<number> => {
    const webhook = { id, body: change(id), sentAt: nowSeconds() };
    return (await send(signed(key, webhook), webhook.body)).status;
  };

  it('the old and the new secret are accepted, and one that retired is not', async () => {
    // Another test may have rotated the secret so recently that the API still shows the version before.
    const old = (await shown(await currentVersion(secretId))).secret;
    const versionId = await rotateNow(secretId);
    expect(await deliver(old, 'before-receivers-know')).toBe(202);
    const next = await shown(versionId);
    expect(next.use).toBe('next');
    expect(await deliver(old, 'with-old')).toBe(202);
    expect(await deliver(next.secret, 'with-new')).toBe(202);
    const newest = await shown(await rotateNow(secretId));
    expect(await deliver(newest.secret, 'with-newest')).toBe(202);
    expect(await deliver(next.secret, 'with-previous')).toBe(202);
    expect(await deliver(old, 'with-retired')).toBe(401);
    expect(await recorded()).not.toContain('with-retired');
  });
});
