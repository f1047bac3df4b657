import { describe, expect, it } from 'vitest';
import { TakenAlerts } from '../../../../core/remediation/api/alerts.ts';
import { PolicyView } from '../../../../core/remediation/api/policies.ts';
import { RemediationView } from '../../../../core/remediation/api/remediations.ts';
import { ApprovalLink } from '../../../../core/remediation/api/requests.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { askedRun, doneRun } from '../approval/asked-world.ts';
import { NOW, samplePolicy } from '../stored-samples.ts';
import { remediationApi } from './remediation-api.ts';

const run = askedRun();
const yes = { planHash: run.planHash, reason: 'fine' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('answers over the API', () => {
  it('are given by people with the permission, for the plan that they name', async () => {
    const { send, answered } = await remediationApi([run]);
    for (const who of ['key', 'operator', 'sensor'])
      expect(await send(who, 'POST', '/v1/remediations/r-1/approve', yes)).toMatchObject({ status: 403 });
    const other = await send('ada', 'POST', '/v1/remediations/r-1/approve', { planHash: '0'.repeat(64) });
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(answered).toEqual([]);
    const { status, body } = await send('ada', 'POST', '/v1/remediations/r-1/approve', yes);
    expect(status).toBe(200);
    const view = RemediationView.parse(body);
    expect(view.approval?.approvals).toMatchObject([{ by: { kind: 'person', name: 'ada' }, reason: 'fine' }]);
    expect(answered).toEqual(['approved']);
    expect(await send('bob', 'POST', '/v1/remediations/r-1/approve', yes)).toMatchObject({ status: 409 });
  });

  it('are never given to remediations of another tenant', async () => {
    const { send, answered } = await remediationApi([run]);
    for (const verb of ['approve', 'reject', 'undo'])
      expect(await send('theirs', 'POST', `/v1/remediations/r-1/${verb}`, yes)).toMatchObject({
        status: 404,
      });
    expect(answered).toEqual([]);
  });

  it('can be no', async () => {
    const { send, answered } = await remediationApi([run]);
    const { body } = await send('ada', 'POST', '/v1/remediations/r-1/reject', yes);
    expect([body.status, answered]).toEqual(['rejected', ['rejected']]);
  });

  it('undo what was done: a key asks, a person approves', async () => {
    const done = doneRun();
    const { send, undone } = await remediationApi([done]);
    const wish = { planHash: done.planHash, reason: 'slower' };
    expect(await send('key', 'POST', '/v1/remediations/r-1/undo', wish)).toMatchObject({ status: 202 });
    expect(undone).toEqual([]);
    const late = await send('ada', 'POST', '/v1/remediations/r-1/approve', wish);
    expect(late).toMatchObject({ status: 409, body: { detail: expect.stringContaining('whether to undo') } });
    expect(undone).toEqual([]);
    await send('ada', 'POST', '/v1/remediations/r-1/approve', { ...wish, question: 'undo' });
    expect(undone).toEqual(['r-1']);
  });
});

describe('a link', () => {
  const linkFor = async (api: Awaited<ReturnType<typeof remediationApi>>) => {
    const { status, body } = await api.send('ada', 'POST', '/v1/remediations/r-1/approval-link');
    expect(status).toBe(201);
    return ApprovalLink.parse(body).path;
  };

  it('shows the whole plan and changes nothing, and answers once in the name of its person', async () => {
    const api = await remediationApi([run]);
    const path = await linkFor(api);
    const page = await api.raw('', 'GET', path, { headers: { accept: 'text/html' } });
    expect(page).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(page.body).toContain('desired capacity 5 → 6');
    expect(page.body).toContain('You answer as ada');
    expect(page.body).not.toMatch(/<script|<style|secret-token/);
    expect(api.answered).toEqual([]);
    const form = { body: 'answer=approved&reason=by+phone', headers: FORM };
    expect(await api.raw('', 'POST', path, form)).toMatchObject({ statusCode: 200 });
    expect(api.answered).toEqual(['approved']);
    const stored = await api.store.get('acme', 'r-1');
    expect(stored?.item.approval?.approvals).toMatchObject([
      { by: { kind: 'person', name: 'ada' }, reason: 'by phone', planHash: run.planHash },
    ]);
    const again = await api.raw('', 'POST', path, form);
    expect([again.statusCode, JSON.parse(again.body).code]).toEqual([409, 'conflict']);
    expect((await api.store.get('acme', 'r-1'))?.revision).toBe(stored?.revision);
  });

  it('is JSON for programs', async () => {
    const api = await remediationApi([run]);
    const { body } = await api.raw('', 'GET', await linkFor(api), {
      headers: { accept: 'application/json' },
    });
    expect(RemediationView.parse(JSON.parse(body))).toMatchObject({ id: 'r-1', planHash: run.planHash });
  });

  it('is 404 if forged, 409 once it or its question is over, and 415 for anything but the form', async () => {
    const api = await remediationApi([run]);
    const path = await linkFor(api);
    const post = (at: string, headers = FORM) =>
      api.raw('', 'POST', at, { body: 'answer=approved', headers }).then(({ statusCode }) => statusCode);
    expect(await post(`${path.slice(0, -1)}${path.endsWith('A') ? 'E' : 'A'}`)).toBe(404);
    expect(await post('/v1/approvals/x')).toBe(404);
    expect(await post(path, { 'content-type': 'application/json' })).toBe(415);
    expect((await api.raw('', 'POST', path, { body: 'answer=maybe', headers: FORM })).statusCode).toBe(400);
    api.clock.seconds = NOW + 1800;
    expect(await post(path)).toBe(409);
    expect((await api.raw('', 'GET', path)).statusCode).toBe(409);
    expect(api.answered).toEqual([]);
  });

  it('is given to no token, which would answer as a person with it', async () => {
    const api = await remediationApi([run]);
    const link = await api.send('token', 'POST', '/v1/remediations/r-1/approval-link');
    expect(link).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('Only people decide') },
    });
  });

  it('is only for people who may approve, and only while something is asked', async () => {
    const api = await remediationApi([doneRun()]);
    const create = async (who: string) =>
      (await api.send(who, 'POST', '/v1/remediations/r-1/approval-link')).status;
    expect([await create('key'), await create('operator'), await create('ada')]).toEqual([403, 403, 409]);
  });

  it('left open from the approval does not approve the undoing', async () => {
    const api = await remediationApi([run]);
    const path = await linkFor(api);
    const { item, revision } = api.memory.of('acme').remediations.get('r-1')!;
    const undoRequest = { needed: 1 as const, approvals: [], askedAt: NOW + 60 };
    const done = { ...doneRun({ planHash: item.planHash, plan: item.plan }), undoRequest };
    api.memory.of('acme').remediations.set('r-1', { item: done, revision });
    expect((await api.raw('', 'GET', path)).statusCode).toBe(409);
    const form = { body: 'answer=approved', headers: FORM };
    expect((await api.raw('', 'POST', path, form)).statusCode).toBe(409);
    expect(api.undone).toEqual([]);
    const other = await linkFor(api);
    expect((await api.raw('', 'GET', other)).body).toContain('<h1>Undo this change?</h1>');
    await api.raw('', 'POST', other, form);
    expect(api.undone).toEqual(['r-1']);
  });

  it('shows names and texts as text', async () => {
    const plan = { ...run.plan!, parameters: { name: '<script>alert(1)</script>' } };
    const api = await remediationApi([{ ...run, plan }]);
    const { body } = await api.raw('', 'GET', await linkFor(api));
    expect(body).not.toContain('<script>');
    expect(body.replaceAll('<wbr>', '')).toContain('&lt;script&gt;');
  });
});

describe('a request for an action', () => {
  const wanted = { action: 'scale-out-group', resource: 'auto-scaling-group:web', reason: 'load test' };

  it('is a rehearsal unless it says otherwise, and names who asked', async () => {
    const { send, started } = await remediationApi([], samplePolicy);
    expect(await send('key', 'POST', '/v1/remediations', wanted)).toEqual({
      ...{ status: 202, body: { id: 'r-1', dryRun: true } },
    });
    await send('ada', 'POST', '/v1/remediations', { ...wanted, dryRun: false });
    expect(started).toMatchObject([
      { isDryRun: true, beginAt: NOW + 60, cause: { kind: 'request', ...wanted, requestedBy: 'ada' } },
      { isDryRun: false, cause: { requestedBy: 'ada' } },
    ]);
    const ids = started.map(({ cause }) => cause.kind === 'request' && cause.requestId);
    expect(new Set(ids).size).toBe(2);
  });

  it.each([
    ['an unknown action', { action: 'do-magic' }, 'action'],
    ['an action that the policy does not allow', { action: 'scale-in-group' }, 'action'],
    ['a resource that is not managed', { resource: 'auto-scaling-group:other' }, 'resource'],
    ['an ARN', { resource: 'arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:x' }, 'body.resource'],
  ])('of %s is refused', async (_, over, field) => {
    const { send, started } = await remediationApi([], samplePolicy);
    const { status, body } = await send('ada', 'POST', '/v1/remediations', { ...wanted, ...over });
    expect(status).toBe(400);
    expect(field).toContain(body.errors[0].field);
    expect(started).toEqual([]);
  });
});

describe('the policy', () => {
  const stricter = RemediationPolicy.parse({ ...samplePolicy, environments: { shop: { stage: 'suggest' } } });

  it('is loosened by people who may approve, and tightened by keys', async () => {
    const { send } = await remediationApi();
    const put = (who: string, version: number, policy: RemediationPolicy) =>
      send(who, 'PUT', '/v1/remediation-policy', { version, policy });
    expect(await put('key', 0, samplePolicy)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await put('operator', 0, samplePolicy)).toMatchObject({ status: 403 });
    const stored = await put('ada', 0, samplePolicy);
    expect(PolicyView.parse(stored.body)).toEqual({ version: 1, policy: samplePolicy });
    expect(await put('key', 1, stricter)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await put('key', 2, samplePolicy)).toMatchObject({ status: 403 });
    expect(await put('ada', 1, samplePolicy)).toMatchObject({ status: 409 });
    expect((await send('sensor', 'GET', '/v1/remediation-policy')).status).toBe(403);
    expect((await send('key', 'GET', '/v1/remediation-policy')).body).toEqual({
      version: 2,
      policy: stricter,
    });
  });

  it('is refused with actions that do not exist, and with fields that nobody knows', async () => {
    const { send } = await remediationApi();
    const [resource] = samplePolicy.resources;
    const wrong = { ...samplePolicy, resources: [{ ...resource, actions: [{ action: 'do-magic' }] }] };
    const put = (policy: object) => send('ada', 'PUT', '/v1/remediation-policy', { version: 0, policy });
    expect(await put(wrong)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('do-magic') },
    });
    expect(await put({ ...samplePolicy, allowEverything: true })).toMatchObject({ status: 400 });
  });
});

describe('the kill switch', () => {
  it('is turned on by keys and off by people who may approve', async () => {
    const { send } = await remediationApi();
    const put = (who: string, on: boolean) => send(who, 'PUT', '/v1/kill-switch', { on, reason: 'test' });
    expect((await send('key', 'GET', '/v1/kill-switch')).body).toEqual({ on: false });
    expect(await put('key', true)).toMatchObject({ status: 200, body: { on: true, by: 'ada' } });
    expect(await put('key', false)).toMatchObject({ status: 403 });
    expect(await put('operator', false)).toMatchObject({ status: 403 });
    expect((await send('key', 'GET', '/v1/kill-switch')).body).toMatchObject({ on: true, reason: 'test' });
    expect(await put('ada', false)).toMatchObject({ status: 200, body: { on: false } });
  });
});

describe('alerts', () => {
  const policy = RemediationPolicy.parse({
    ...samplePolicy,
    alerts: ['alertmanager', 'webhook'].map((source) => ({
      ...{
        source,
        name: 'HighCpu',
        alertType: 'cpu-high',
        resource: 'auto-scaling-group:web',
        metric: 'cpu',
      },
    })),
  });
  const alertmanager = {
    ...{ version: '4', groupKey: '{}', status: 'firing', receiver: 'forestall', truncatedAlerts: 0 },
    alerts: [
      {
        ...{ status: 'firing', labels: { alertname: 'HighCpu', instance: 'web-1:9100' }, fingerprint: 'x' },
        ...{ startsAt: '2026-11-21T10:00:00.000Z', endsAt: '0001-01-01T00:00:00Z', annotations: {} },
      },
    ],
  };
  const generic = { alerts: [{ name: 'HighCpu', status: 'firing', target: 'web-1' }] };

  it.each([
    ['/v1/alerts/alertmanager', alertmanager],
    ['/v1/alerts', generic],
  ])('at %s are signals, and begin a remediation if they are mapped', async (path, body) => {
    const { send, sent, started } = await remediationApi([], policy);
    const { status, body: answer } = await send('sensor', 'POST', path, body);
    expect([status, TakenAlerts.parse(answer)]).toEqual([202, { received: 1, mapped: ['HighCpu'] }]);
    expect(sent).toMatchObject([{ kind: 'alarm', tenantId: 'acme', targetId: 'web-1', state: 'ALARM' }]);
    expect(started).toMatchObject([{ cause: { kind: 'alert', receivedAt: NOW + 60 }, beginAt: NOW + 360 }]);
    expect((await send('operator', 'POST', path, body)).status).toBe(403);
  });

  it('choose nothing: fields that say what to do are ignored or refused', async () => {
    const { send, started } = await remediationApi([], policy);
    const [alert] = generic.alerts;
    const wish = { alerts: [{ ...alert, resource: 'auto-scaling-group:other', action: 'scale-in-group' }] };
    expect((await send('sensor', 'POST', '/v1/alerts', wish)).status).toBe(400);
    const labelled = structuredClone(alertmanager);
    Object.assign(labelled.alerts[0]!.labels, { resource: 'auto-scaling-group:other', severity: 'critical' });
    await send('sensor', 'POST', '/v1/alerts/alertmanager', labelled);
    expect(started.map(({ cause }) => cause)).toEqual([
      { kind: 'alert', source: 'alertmanager', name: 'HighCpu', receivedAt: NOW + 60 },
    ]);
  });
});
