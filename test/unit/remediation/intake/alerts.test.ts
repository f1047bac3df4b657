import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../../core/incidents/intake/incoming.ts';
import type { Signal } from '../../../../core/incidents/signal.ts';
import { EMPTY_CHAIN } from '../../../../core/remediation/decision.ts';
import {
  AlertmanagerWebhook,
  alertsOfAlertmanager,
} from '../../../../core/remediation/intake/alertmanager.ts';
import type { ReceivedAlert } from '../../../../core/remediation/intake/received-alert.ts';
import { takeAlerts } from '../../../../core/remediation/intake/take-alerts.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import type { StartRequest } from '../../../../core/remediation/ports.ts';
import { afterChange } from '../../../../core/remediation/standing-alert.ts';
import { memoryRemediationStore, memoryStandingAlerts } from '../../../fakes/remediation.ts';
import { NOW, samplePolicy } from '../stored-samples.ts';

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const NO_END = '0001-01-01T00:00:00Z';

const firing = (labels: Record<string, string>, at = NOW - 60) => ({
  ...{ status: 'firing', labels, annotations: { summary: 'x' }, startsAt: iso(at), endsAt: NO_END },
  ...{ generatorURL: 'http://prometheus/graph', fingerprint: 'f0' },
});
const resolved = (labels: Record<string, string>, from = NOW - 600, to = NOW - 30) => ({
  ...{ ...firing(labels, from), status: 'resolved', endsAt: iso(to) },
});
const webhook = (...alerts: object[]) =>
  AlertmanagerWebhook.parse({
    ...{ version: '4', groupKey: '{}:{alertname="HighCpu"}', truncatedAlerts: 0, status: 'firing' },
    ...{ receiver: 'forestall', groupLabels: {}, commonLabels: {}, commonAnnotations: {} },
    ...{ externalURL: 'http://alertmanager', alerts },
  });

describe("Alertmanager's webhook", () => {
  it.each([
    [{ alertname: 'HighCpu', instance: 'web-1:9100', job: 'node' }, 'HighCpu', 'web-1'],
    [{ alertname: 'HighCpu', job: 'node' }, 'HighCpu', 'node'],
    [{ alertname: 'HighCpu' }, 'HighCpu', 'HighCpu'],
    [{ alertname: 'Errors', service: 'shop', forestall_alert: 'shop errors' }, 'shop errors', 'shop'],
    [{ alertname: 'Errors', instance: 'a:1', forestall_target: 'checkout' }, 'Errors', 'checkout'],
  ])('names what %j is about', (labels, name, targetId) => {
    expect(alertsOfAlertmanager(webhook(firing(labels)))).toEqual([
      { source: 'alertmanager', name, targetId, state: 'begun', sentAt: NOW - 60 },
    ]);
  });

  it('ends an alert at its end', () => {
    expect(alertsOfAlertmanager(webhook(resolved({ alertname: 'HighCpu' })))).toMatchObject([
      { state: 'ended', sentAt: NOW - 30 },
    ]);
  });

  it.each([
    { version: '3', alerts: [firing({ alertname: 'a' })] },
    { version: '4', alerts: [] },
    { version: '4', alerts: [firing({})] },
    { version: '4', alerts: [{ ...firing({ alertname: 'a' }), startsAt: 'yesterday' }] },
  ])('refuses %j', (body) => {
    expect(AlertmanagerWebhook.safeParse(body).success).toBe(false);
  });
});

const setup = async () => {
  const store = memoryRemediationStore();
  const policy = RemediationPolicy.parse({
    ...samplePolicy,
    alerts: [
      {
        ...{ source: 'alertmanager', name: 'HighCpu', alertType: 'cpu-high', metric: 'cpu' },
        ...{ resource: 'auto-scaling-group:web', minMinutes: 7 },
      },
    ],
  });
  await store.commit({
    ...{ tenantId: 'acme', head: EMPTY_CHAIN, decisions: [], policy: { item: policy, revision: 0 } },
  });
  const sent: Signal[] = [];
  const begun: StartRequest[] = [];
  const deps = {
    ...{ store, standing: memoryStandingAlerts() },
    signals: { send: async (signal: Signal) => void sent.push(signal) },
    starts: {
      request: async (_: string, request: StartRequest) => {
        begun.push(request);
        return 'r';
      },
    },
  };
  const take = (alerts: readonly ReceivedAlert[], now = NOW, tenant = 'acme') =>
    takeAlerts(deps, tenant, alerts, now);
  return { ...deps, take, sent, begun };
};
const alert = (over: Partial<ReceivedAlert> = {}): ReceivedAlert => ({
  ...{ source: 'alertmanager', name: 'HighCpu', targetId: 'web-1', state: 'begun', sentAt: NOW - 60 },
  ...over,
});

describe('alerts', () => {
  it('are signals that incidents read, once for each beginning and end', async () => {
    const { take, sent } = await setup();
    await take([alert(), alert({ targetId: 'web-2' })]);
    await take([alert(), alert({ state: 'ended', sentAt: NOW + 30 })], NOW + 60);
    const ids = new Set(sent.map(({ signalId }) => signalId));
    expect([sent.length, ids.size]).toEqual([4, 3]);
    for (const signal of sent)
      expect(parseMessage(JSON.stringify({ signal }), 'own')).toEqual({ kind: 'signal', signal });
    expect(sent[0]).toMatchObject({
      ...{ kind: 'alarm', tenantId: 'acme', targetId: 'web-1', alarmName: 'HighCpu', state: 'ALARM' },
      ...{ at: NOW - 60, causeKeys: ['alarm:HighCpu'] },
    });
    expect(sent.at(-1)).toMatchObject({ state: 'OK', at: NOW + 30 });
  });

  it('begin a remediation if the policy maps them, which waits from when they were received', async () => {
    const { take, begun } = await setup();
    expect(await take([alert({ sentAt: NOW - 86_400 }), alert({ name: 'Other' })])).toEqual({
      ...{ received: 2, mapped: ['HighCpu'] },
    });
    const cause = { kind: 'alert', source: 'alertmanager', name: 'HighCpu', receivedAt: NOW };
    expect(begun).toEqual([{ cause, isDryRun: false, beginAt: NOW + 7 * 60 }]);
  });

  it('of another tenant, source or name begin nothing', async () => {
    const { take, begun } = await setup();
    await take([alert()], NOW, 'other');
    await take([alert({ source: 'webhook' }), alert({ name: 'highcpu' })]);
    expect(begun).toEqual([]);
  });

  it('that are repeated have the same cause, and after their end a new one', async () => {
    const { take, begun, standing } = await setup();
    await take([alert()]);
    await take([alert()], NOW + 300);
    await take([alert({ state: 'ended', sentAt: NOW + 400 })], NOW + 410);
    expect(await standing.get('acme', 'alertmanager', 'HighCpu')).toMatchObject({ endedAt: NOW + 410 });
    await take([alert({ sentAt: NOW + 500 })], NOW + 510);
    const times = begun.map(({ cause }) => cause.kind === 'alert' && cause.receivedAt);
    expect(times).toEqual([NOW, NOW, NOW + 510]);
  });

  it('have not ended while one of their name fires in the same delivery', async () => {
    const { take, standing } = await setup();
    const ended = alert({ state: 'ended', sentAt: NOW });
    for (const alerts of [
      [ended, alert({ targetId: 'web-2' })],
      [alert({ targetId: 'web-2' }), ended],
    ]) {
      await take(alerts);
      expect(await standing.get('acme', 'alertmanager', 'HighCpu')).toMatchObject({ endedAt: null });
    }
  });

  it('of a clock that is ahead do not make later ones late', async () => {
    const { take, standing } = await setup();
    await take([alert({ sentAt: NOW + 1e6 })]);
    await take([alert({ state: 'ended', sentAt: NOW + 60 })], NOW + 70);
    expect(await standing.get('acme', 'alertmanager', 'HighCpu')).toMatchObject({ endedAt: NOW + 70 });
  });
});

describe('a standing alert', () => {
  const change = fc.record({
    ...{ source: fc.constant('webhook' as const), name: fc.constant('a') },
    ...{ state: fc.constantFrom('begun' as const, 'ended' as const), sentAt: fc.nat(20) },
  });

  it('follows the change that was sent last, in whatever order changes arrive and repeat', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        // Of the same second, an end counts.
        const newest = Math.max(...changes.map(({ sentAt }) => sentAt));
        const last = changes.filter(({ sentAt }) => sentAt === newest);
        const after = changes
          .map((each, index) => ({ ...each, receivedAt: 100 + index }))
          .reduce<Parameters<typeof afterChange>[0]>((stored, each) => afterChange(stored, each), undefined);
        expect(after?.endedAt !== null).toBe(last.some(({ state }) => state === 'ended'));
        expect(after?.receivedAt).toBeGreaterThanOrEqual(100);
      }),
    );
  });
});
