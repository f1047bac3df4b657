import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { type Cause, causeKey } from '../../../../core/remediation/cause.ts';
import { describeCause } from '../../../../core/remediation/describe-cause.ts';
import type { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import type { Trigger } from '../../../../core/remediation/runs/read-trigger.ts';
import { remediationIdOf } from '../../../../core/remediation/runs/run-id.ts';
import { startRemediation } from '../../../../core/remediation/runs/start.ts';
import { workflowStarts } from '../../../../core/remediation/runs/workflow-starts.ts';
import type { WorkflowStarter } from '../../../../core/shared/messaging.ts';
import {
  memoryRemediationStore,
  memoryStandingAlerts,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { GROUP, incident, policy } from '../gathering/gathering-world.ts';
import { NOW, sampleRemediation } from '../stored-samples.ts';

const BREACH: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW - 600 };
const REQUEST: Cause = {
  ...{ kind: 'request', requestId: 'q-1', action: 'scale-out-group', resource: GROUP },
  ...{ reason: 'launch day', requestedBy: 'ada' },
};
const DEPLOYMENT: Cause = { kind: 'unhealthy-deployment', changeId: 'c-1', targetId: 'web-1' };
const INCIDENT: Cause = { kind: 'incident', incidentId: 'i-1', reopened: 2 };
const ALERT: Cause = { kind: 'alert', source: 'alertmanager', name: 'HighCpu', receivedAt: NOW };

const caused = (cause: Cause): Trigger => ({ kind: 'cause', tenantId: 'acme', cause });

/** Starts each name once, as Step Functions does. */
const onceStarter = () => {
  const executions: { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const workflow: WorkflowStarter = {
    start: async (name, input) => {
      if (executions.some((each) => each.name === name)) return 'already-running';
      executions.push({ name, input: JSON.parse(JSON.stringify(input)) });
      return 'started';
    },
  };
  return { workflow, executions };
};

interface Given {
  readonly policy?: RemediationPolicy | undefined;
  readonly incidents?: readonly Incident[];
}

const worldOf = (given: Given = {}) => {
  const memory = remediationMemory();
  memory.of('acme').policy = { item: 'policy' in given ? given.policy : policy, revision: 1 };
  const clock = { seconds: NOW };
  const { workflow, executions } = onceStarter();
  const alerts = memoryStandingAlerts();
  const deps = {
    ...{ store: memoryRemediationStore(memory), alerts, workflow, now: () => clock.seconds * 1000 + 999 },
    incidents: {
      get: async (tenantId: string, id: string) => {
        const found = given.incidents?.find((each) => each.tenantId === tenantId && each.incidentId === id);
        return found && { incident: found, version: 1, pending: [] };
      },
    },
  };
  const start = (trigger: Trigger) => startRemediation(deps, trigger);
  return { start, executions, clock, alerts, memory };
};

describe('what the policy covers', () => {
  it('starts the workflow under a name from its cause', async () => {
    const { start, executions } = worldOf();
    expect(await start(caused(BREACH))).toBe('started');
    const remediationId = remediationIdOf('acme', BREACH);
    expect(executions).toEqual([
      {
        name: `acme-${remediationId}`,
        input: {
          ...{ tenantId: 'acme', remediationId, purpose: 'remediate', cause: BREACH, isDryRun: false },
          beginAt: '2026-11-21T10:05:00.000Z',
        },
      },
    ]);
  });

  it('starts once, however often its message comes', async () => {
    const { start, executions, clock } = worldOf();
    const results: string[] = [];
    for (let n = 0; n < 3; n++, clock.seconds += 60) results.push(await start(caused(BREACH)));
    expect(results).toEqual(['started', 'already-running', 'already-running']);
    expect(executions).toHaveLength(1);
  });

  it.each([BREACH, DEPLOYMENT, REQUEST])('starts for $kind', async (cause) => {
    expect(await worldOf().start(caused(cause))).toBe('started');
  });

  it('starts again for a warning whose remediation ended, once, and not for one that is unknown or over', async () => {
    const { start, executions, memory } = worldOf();
    const ended = (remediationId: string): Trigger => ({ kind: 'ended', tenantId: 'acme', remediationId });
    const { remediations } = memory.of('acme');
    remediations.set('r-1', { item: sampleRemediation({ cause: BREACH, status: 'succeeded' }), revision: 1 });
    remediations.set('r-2', { item: sampleRemediation({ cause: BREACH, status: 'rejected' }), revision: 1 });
    const started = [];
    for (const id of ['r-1', 'r-1', 'r-2', 'r-3']) started.push(await start(ended(id)));
    expect(started).toEqual(['started', 'already-running', 'over', 'over']);
    expect(executions).toMatchObject([{ input: { cause: { ...BREACH, round: 1 }, isDryRun: false } }]);
  });

  it('starts for an incident as its record says, and again if it is reopened', async () => {
    const trigger: Trigger = { kind: 'incident', tenantId: 'acme', incidentId: 'i-1' };
    const { start, executions } = worldOf({ incidents: [incident({ reopenCount: 2 })] });
    expect(await start(trigger)).toBe('started');
    expect(executions).toMatchObject([{ input: { cause: INCIDENT, isDryRun: false } }]);
    expect(remediationIdOf('acme', INCIDENT)).not.toBe(remediationIdOf('acme', { ...INCIDENT, reopened: 3 }));
  });
});

describe('nothing starts', () => {
  it.each([
    ['without a policy', { policy: undefined }, caused(REQUEST)],
    ['for a target of no resource', {}, caused({ ...BREACH, targetId: 'db-1' })],
    ['for a deployment of a target of no resource', {}, caused({ ...DEPLOYMENT, targetId: 'db-1' })],
    [
      'for an incident if the policy manages nothing',
      { policy: { ...policy, resources: [], alerts: [] }, incidents: [incident()] },
      { kind: 'incident', tenantId: 'acme', incidentId: 'i-1' },
    ],
    ['for an incident that does not exist', {}, { kind: 'incident', tenantId: 'acme', incidentId: 'i-1' }],
    [
      'for an incident of another tenant',
      { incidents: [incident({ tenantId: 'globex' })] },
      { kind: 'incident', tenantId: 'acme', incidentId: 'i-1' },
    ],
    ['for a tenant without a policy of its own', {}, { ...caused(BREACH), tenantId: 'globex' }],
  ] satisfies [string, Given, Trigger][])('%s', async (_, given, trigger) => {
    const { start, executions } = worldOf(given);
    expect(await start(trigger)).toBe('not-managed');
    expect(executions).toEqual([]);
  });
});

describe('an alert', () => {
  const begun: Extract<Trigger, { kind: 'alert' }> = {
    ...{ kind: 'alert', tenantId: 'acme', source: 'alertmanager', name: 'HighCpu', state: 'begun' },
    sentAt: NOW - 5,
  };

  it('has to last: its workflow begins minutes after Forestall received it', async () => {
    const { start, executions } = worldOf();
    expect(await start({ ...begun, sentAt: NOW - 9999 })).toBe('started');
    expect(executions).toMatchObject([{ input: { cause: ALERT, beginAt: '2026-11-21T10:10:00.000Z' } }]);
  });

  it('that is sent again while it lasts is the same cause', async () => {
    const { start, executions, clock } = worldOf();
    await start(begun);
    clock.seconds += 240;
    expect(await start({ ...begun, sentAt: NOW + 200 })).toBe('already-running');
    expect(executions).toHaveLength(1);
  });

  it('that ended starts nothing, and one that begins again is another cause', async () => {
    const { start, executions, clock } = worldOf();
    await start(begun);
    clock.seconds += 60;
    expect(await start({ ...begun, state: 'ended', sentAt: NOW + 50 })).toBe('alert-ended');
    expect(await start({ ...begun, sentAt: NOW + 10 })).toBe('alert-ended');
    clock.seconds += 60;
    expect(await start({ ...begun, sentAt: NOW + 110 })).toBe('started');
    expect(executions.map(({ input }) => input.cause)).toEqual([ALERT, { ...ALERT, receivedAt: NOW + 120 }]);
  });

  it.each([
    ['name', { name: 'LowCpu' }],
    ['source', { source: 'webhook' as const }],
  ])('of a %s that the policy does not map is neither recorded nor acted on', async (_, other) => {
    const { start, executions, alerts } = worldOf();
    const trigger = { ...begun, ...other };
    expect(await start(trigger)).toBe('not-managed');
    expect(await alerts.get('acme', trigger.source, trigger.name)).toBeUndefined();
    expect(executions).toEqual([]);
  });
});

describe('the starts of the API', () => {
  it('are the same executions as those of the queue', async () => {
    const { workflow, executions } = onceStarter();
    const starts = workflowStarts(workflow);
    const request = { cause: REQUEST, isDryRun: false, beginAt: NOW };
    const remediationId = await starts.request('acme', request);
    expect(await starts.request('acme', request)).toBe(remediationId);
    const queue = worldOf();
    await queue.start(caused(REQUEST));
    expect(executions).toEqual(queue.executions);
  });

  it('undo once for each approval', async () => {
    const { workflow, executions } = onceStarter();
    const starts = workflowStarts(workflow);
    for (const at of [NOW, NOW, NOW + 1]) await starts.undo('acme', 'r-1', at);
    expect(executions.map(({ name }) => name)).toEqual([
      `acme-r-1-u${NOW.toString(36)}`,
      `acme-r-1-u${(NOW + 1).toString(36)}`,
    ]);
    expect(executions[0]!.input).toMatchObject({ purpose: 'undo', cause: null, remediationId: 'r-1' });
  });

  it('have names that Step Functions accepts, for any tenant and cause', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (name, metric) => {
        const { workflow, executions } = onceStarter();
        const tenantId = `a${'-9'.repeat(19)}`;
        const starts = workflowStarts(workflow);
        const cause: Cause = { ...BREACH, targetId: name, metric };
        const id = await starts.request(tenantId, { cause, isDryRun: false, beginAt: NOW });
        await starts.undo(tenantId, id, 4_102_444_799);
        for (const each of executions) expect(each.name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
      }),
    );
  });
});

describe('a cause', () => {
  const causes = [BREACH, INCIDENT, DEPLOYMENT, ALERT, REQUEST];

  it('has a key of its own', () => {
    const others: Cause[] = [
      { ...BREACH, since: NOW },
      { ...INCIDENT, incidentId: 'i-2' },
      { ...DEPLOYMENT, changeId: 'c-2' },
      { ...ALERT, source: 'webhook' },
      { ...ALERT, receivedAt: NOW + 1 },
      { ...REQUEST, requestId: 'q-2' },
    ];
    const all = [...causes, ...others];
    expect(new Set(all.map(causeKey)).size).toBe(all.length);
  });

  it('is told to people in one sentence', () => {
    expect(causes.map(describeCause)).toEqual([
      'cpu of web-1 is predicted to breach its threshold, since 2026-11-21T09:55:00.000Z',
      'incident i-1, reopened 2 times',
      'deployment c-1 of web-1 is unhealthy',
      'alert HighCpu (alertmanager), received at 2026-11-21T10:05:00.000Z',
      `ada asked for scale-out-group on ${GROUP}: launch day`,
    ]);
    expect(describeCause({ ...INCIDENT, reopened: 0 })).toBe('incident i-1');
    expect(describeCause({ ...REQUEST, reason: '' })).toBe(`ada asked for scale-out-group on ${GROUP}`);
  });
});
