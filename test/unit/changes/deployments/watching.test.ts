import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../../../core/anomalies/anomaly.ts';
import { assessPlan } from '../../../../core/changes/assessment/assess-plan.ts';
import { healthNow } from '../../../../core/changes/change.ts';
import { checkDeployment } from '../../../../core/changes/deployments/check-deployment.ts';
import { closeWatch } from '../../../../core/changes/deployments/close-watch.ts';
import { announceProposal, proposalFor } from '../../../../core/changes/deployments/propose-rollback.ts';
import {
  recordChange,
  watchInputOf,
  watchNameOf,
} from '../../../../core/changes/deployments/record-change.ts';
import { RemediationProposed } from '../../../../core/changes/events.ts';
import { dedupKey } from '../../../../core/incidents/signal.ts';
import {
  ConflictError,
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { AT, deployedWorld, requests, service } from './deployed-world.ts';

const inParallel = async <Item, Result>(
  _: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
) => {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
};

const setup = async (
  slower = 1,
  failing = 0,
  over: Parameters<ReturnType<typeof deployedWorld>['report']>[0] = {},
) => {
  const histories: Record<string, ReturnType<typeof requests>> = { 'acme web-1': requests(slower, failing) };
  for (const id of ['gate-1', 'db-1', 'web-2', 'web-3', 'web-4']) histories[`acme ${id}`] = requests();
  const targets = ['web-1', 'gate-1', 'db-1', 'web-2', 'web-3', 'web-4'].map((id) => service(id));
  const world = deployedWorld(histories, targets);
  const edges = [
    { caller: 'gate-1', callee: 'web-1' },
    { caller: 'web-1', callee: 'db-1' },
    { caller: 'web-1', callee: 'unheard-of' },
  ];
  await world.incidents.stores.graphs.put('acme', {
    version: 0,
    declared: edges,
    observed: [],
    updatedAt: AT,
  });
  const { changeId } = await world.report({ version: '41', previousVersion: '40', ...over });
  const checking = { ...world.reading, inParallel };
  const check = (number: number) => checkDeployment(checking, 'acme', changeId, number);
  const close = (failure?: { error: string }) =>
    closeWatch(
      { changes: world.deployments.store, events: world.events, now: () => world.clock.now },
      'acme',
      changeId,
      failure,
    );
  const stored = () => world.stored(changeId)!;
  return { ...world, changeId, check, close, checking, current: stored };
};

describe('recording a change', () => {
  it('stores it, sends it to the incidents and starts its watch once, even if it is reported repeatedly', async () => {
    const { report, started, incidents, changeId, current } = await setup();
    expect(current().record).toMatchObject({
      health: 'watching',
      checks: [],
      policy: { checkMinutes: [5, 15, 30, 60] },
    });
    const again = await report({ version: '41', previousVersion: '40' });
    expect(again.changeId).toBe(changeId);
    expect([...started]).toEqual([
      [
        watchNameOf('acme', changeId),
        { tenantId: 'acme', changeId, check: 0, checkAt: '2026-11-21T10:11:00.000Z' },
      ],
    ]);
    expect(incidents.sent.map(({ signalId }) => signalId)).toEqual([changeId, changeId]);
    expect(current().revision).toBe(1);
  });

  it('is completed by a repeat if it failed half way', async () => {
    const { reading, incidents, started, deployments } = deployedWorld({});
    const change = { target: 'web-1', summary: 's', kind: 'deployment', at: AT } as const;
    const down = async () => {
      throw new DependencyUnavailableError('down');
    };
    const workflow = {
      start: async (name: string) => {
        started.set(name, {});
        return 'started' as const;
      },
    };
    const signals = { send: incidents.stores.signals.send };
    await expect(
      recordChange({ ...reading, workflow, signals: { send: down } }, 'acme', change, AT),
    ).rejects.toThrow();
    await expect(
      recordChange({ ...reading, workflow: { start: down }, signals }, 'acme', change, AT),
    ).rejects.toThrow();
    expect([deployments.stored.size, started.size]).toEqual([1, 0]);
    await recordChange({ ...reading, workflow, signals }, 'acme', change, AT);
    expect([deployments.stored.size, started.size]).toEqual([1, 1]);
  });

  it('keeps ids of plain changes stable, and distinguishes versions', async () => {
    const { report } = deployedWorld({});
    const plain = await report({ kind: 'other' });
    const [first, second] = [await report({ version: '41' }), await report({ version: '42' })];
    expect(new Set([plain.changeId, first.changeId, second.changeId]).size).toBe(3);
    expect(plain).toMatchObject({ health: 'not-watched' });
  });

  it('rejects a different change with a known id', async () => {
    const { report } = deployedWorld({});
    await report({ id: 'deploy-41' });
    await expect(report({ id: 'deploy-41', at: undefined })).resolves.toMatchObject({ at: AT });
    await expect(report({ id: 'deploy-41', at: AT + 1 })).rejects.toThrow(ConflictError);
    await expect(report({ id: 'deploy-41', target: 'web-2' })).rejects.toThrow('a different change');
  });

  it('watches only recent deployments, not those in the future', async () => {
    const { report, started } = deployedWorld({});
    const late = await report({ at: AT - 90_000 });
    expect(late).toMatchObject({ health: 'not-watched', reason: 'it was reported more than a day late' });
    expect((await report({ kind: 'configuration' })).health).toBe('not-watched');
    expect(started.size).toBe(0);
    await expect(report({ at: AT + 86_400 })).rejects.toThrow(InvalidInputError);
  });

  it('records a deployment beyond the watches of the hour without a watch', async () => {
    const { report, started } = deployedWorld({});
    for (const target of ['web-1', 'web-2']) expect((await report({ target })).health).toBe('watching');
    expect(await report({ target: 'web-3' })).toMatchObject({
      health: 'not-watched',
      reason: "the tenant's watches of this hour are used up",
    });
    expect((await report({ target: 'web-4', kind: 'configuration' })).health).toBe('not-watched');
    expect(started.size).toBe(2);
  });

  it('draws one watch of the hour, however often a deployment is reported', async () => {
    const { report } = deployedWorld({});
    for (let i = 0; i < 5; i++) expect((await report({ id: 'release-1' })).health).toBe('watching');
    expect((await report({ id: 'release-2' })).health).toBe('watching');
  });
});

describe('a check', () => {
  it('is made once: a repeat returns the same outcome', async () => {
    const { check, current } = await setup(3, 8);
    const first = await check(0);
    const before = current();
    expect(await check(0)).toEqual(first);
    expect(current()).toEqual(before);
    expect(before.record.checks).toMatchObject([{ minutes: 5, until: AT + 300, sent: 3, judged: 3 }]);
  });

  it('returns when the next one is due, and the result of low scores', async () => {
    const { check } = await setup(3, 8);
    expect(await check(0)).toMatchObject({ next: 'check', check: 1, checkAt: '2026-11-21T10:21:00.000Z' });
    expect(await check(1)).toMatchObject({ next: 'roll-back', check: 2 });
    expect(await check(2)).toMatchObject({ next: 'roll-back', check: 2 });
  });

  it('ends after the last', async () => {
    const { check, close, current } = await setup();
    const next: string[] = [];
    for (let i = 0; i < 4; i++) next.push((await check(i)).next);
    expect(next).toEqual(['check', 'check', 'check', 'close']);
    await close();
    expect(await check(4)).toMatchObject({ next: 'close', check: 4 });
    expect(current().record).toMatchObject({ health: 'healthy', checks: [{}, {}, {}, { health: 100 }] });
  });

  it('ends if the target is deployed again', async () => {
    const { check, close, report, current } = await setup(3, 8);
    await check(0);
    const next = await report({ at: AT + 600, version: '42' });
    await report({ at: AT + 610, target: 'web-2' });
    await report({ at: AT + 620, kind: 'configuration' });
    expect(await check(1)).toMatchObject({ next: 'close', check: 1 });
    await close();
    expect(current().record).toMatchObject({ health: 'superseded', supersededBy: next.changeId });
  });

  it('has no score for a target that never sent anything', async () => {
    const { check, close, current } = await setup(1, 0, { target: 'ghost-1' });
    for (let i = 0; i < 4; i++) expect((await check(i)).health).toBeNull();
    await close();
    expect(current().record).toMatchObject({
      health: 'unknown',
      reason: 'too little data to score its health',
    });
  });

  it('counts anomalies, alarms and predicted breaches since, and none from before', async () => {
    const { check, anomalies, incidents, current } = await setup();
    const anomaly = (over: Partial<Anomaly>): Anomaly => ({
      ...{ tenantId: 'acme', targetId: 'web-1', metric: 'latency_ms', timestamp: AT + 120, since: AT + 60 },
      ...{
        value: 400,
        kind: 'behavioural',
        score: 9,
        oneIn: 100_000,
        parts: {},
        reason: 'high',
        silenced: undefined,
      },
      expected: { lower: 100, upper: 140 },
      ...over,
    });
    await anomalies.store.record(
      [
        anomaly({}),
        anomaly({ metric: 'error_percent', since: AT - 60 }),
        anomaly({ metric: 'request_rate', value: 900 }),
        anomaly({ targetId: 'elsewhere' }),
      ],
      AT + 9e6,
    );
    const member = (kind: 'alarm' | 'predicted-breach' | 'anomaly', name: string, over: object = {}) => ({
      ...{
        kind,
        targetId: 'web-1',
        firstAt: AT + 100,
        lastAt: AT + 100,
        count: 1,
        isActive: true,
        confidence: 0.9,
      },
      ...{
        key: dedupKey({ kind, tenantId: 'acme', targetId: 'web-1', metric: name, alarmName: name } as never),
      },
      impactAt: null,
      ...over,
    });
    const members = [
      member('alarm', 'Checkout errors'),
      member('alarm', 'Old', { firstAt: AT - 100 }),
      member('alarm', 'Over', { isActive: false }),
      member('predicted-breach', 'error_percent'),
      member('anomaly', 'latency_ms'),
    ];
    const incident = {
      incidentId: 'i',
      members: Object.fromEntries(members.map((each) => [each.key, each])),
    };
    const readOpen = incidents.stores.incidents.readOpen;
    incidents.stores.incidents.readOpen = async (tenantId) => ({
      ...(await readOpen(tenantId)),
      incidents: [{ incident, version: 1, pending: [] } as never],
    });
    await check(0);
    const found = current().record.checks[0]!.parts.map(({ text }) => text);
    expect(found.sort()).toEqual([
      'Checkout errors of web-1 has been in alarm since the deployment',
      'error_percent of web-1 has been predicted to breach since the deployment',
      'latency_ms of web-1 has been unusual since the deployment',
    ]);
  });

  it('uses a forecast only if it was published before', async () => {
    const { check, forecasts, current } = await setup(3);
    const later = {
      tenantId: 'acme',
      targetId: 'web-1',
      runId: 'r',
      issuedAt: (AT + 60) * 1000,
      metrics: [],
    };
    await forecasts.store.put(later, AT + 9e6);
    await check(0);
    expect(current().record.checks[0]!.health).toBeLessThan(50);
  });

  it('omits neighbours whose blocks are damaged, and fails for its own damaged blocks', async () => {
    const { checking, changeId } = await setup();
    const damaged = (id: string) => ({
      readRange: async (tenantId: string, targetId: string, from: number, to: number) => {
        if (targetId === id) throw new InvalidInputError('damaged');
        return checking.blocks.readRange(tenantId, targetId, from, to);
      },
    });
    const checkWithDamage = (id: string) =>
      checkDeployment({ ...checking, blocks: damaged(id) }, 'acme', changeId, 0);
    await expect(checkWithDamage('web-1')).rejects.toThrow('damaged');
    const down = { readRange: async () => Promise.reject(new DependencyUnavailableError('down')) };
    await expect(checkDeployment({ ...checking, blocks: down }, 'acme', changeId, 0)).rejects.toThrow('down');
    await expect(checkWithDamage('db-1')).resolves.toMatchObject({ health: 100 });
  });

  it('skips neighbours whose forecasts cannot be read, but not its own', async () => {
    const { checking, changeId } = await setup();
    const checkWithDamage = (id: string) => {
      const get = async (tenantId: string, targetId: string) => {
        if (targetId === id) throw new UnreadableItemError(`forecast ${id}`, 'damaged');
        return checking.forecasts.get(tenantId, targetId);
      };
      return checkDeployment({ ...checking, forecasts: { get } }, 'acme', changeId, 0);
    };
    await expect(checkWithDamage('web-1')).rejects.toThrow(UnreadableItemError);
    await expect(checkWithDamage('db-1')).resolves.toMatchObject({ health: 100 });
  });

  it('retries after losing to another writer, and gives up if one keeps writing', async () => {
    const { checking, changeId, check } = await setup();
    let losses = 1;
    const { store } = { store: checking.changes };
    const losing = (more: number) => ({
      ...store,
      update: async (...args: Parameters<typeof store.update>) => {
        losses = losses === 0 ? 0 : losses - 1 + more;
        return losses > 0 || more > 0 ? undefined : store.update(...args);
      },
    });
    await expect(checkDeployment({ ...checking, changes: losing(1) }, 'acme', changeId, 0)).rejects.toThrow(
      ConflictError,
    );
    losses = 1;
    await expect(
      checkDeployment({ ...checking, changes: losing(0) }, 'acme', changeId, 0),
    ).resolves.toMatchObject({ check: 1 });
    await expect(check(0)).resolves.toMatchObject({ check: 1 });
    await expect(checkDeployment(checking, 'acme', 'unknown', 0)).rejects.toThrow(InvalidInputError);
  });
});

describe('closing a watch', () => {
  const lowest = async () => {
    const world = await setup(3, 8);
    await world.check(0);
    await world.check(1);
    return world;
  };

  it('stores the verdict, then announces the proposal, once', async () => {
    const { close, published, current, changeId } = await lowest();
    expect(await close()).toMatchObject({ health: 'unhealthy' });
    expect(published).toHaveLength(1);
    const detail = RemediationProposed.parse(published[0]?.detail);
    expect(detail).toMatchObject({
      id: `RemediationProposed/acme/${changeId}`,
      plan: { action: 'roll-back-deployment', targetId: 'web-1', changeId, from: '41', to: '40' },
    });
    expect(detail.confidence).toBeGreaterThan(0.5);
    expect(detail.evidence[0]).toMatch(/expected/);
    expect(Date.parse(detail.expiresAt) - Date.parse(detail.occurredAt)).toBe(4 * 3600 * 1000);
    expect(current()).toMatchObject({ pending: [], record: { health: 'unhealthy' } });
    await close();
    expect(published).toHaveLength(1);
  });

  it('publishes after a crash between the verdict and the event, under the same id', async () => {
    const { close, events, published, current } = await lowest();
    const { publish } = events;
    events.publish = async () => {
      throw new DependencyUnavailableError('the bus rejected');
    };
    await expect(close()).rejects.toThrow('the bus rejected');
    expect(current()).toMatchObject({
      record: { health: 'unhealthy' },
      pending: [{ name: 'RemediationProposed' }],
    });
    const owed = current().pending;
    events.publish = publish;
    expect(await close({ error: 'States.Timeout' })).toMatchObject({ health: 'unhealthy' });
    expect(published).toEqual(owed);
    expect(current().pending).toEqual([]);
  });

  it('contains no versions if none were reported', async () => {
    const { check, close, current } = await setup(3, 8, { version: undefined, previousVersion: undefined });
    await check(0);
    await check(1);
    await close();
    expect(current().record.proposal).toMatchObject({ from: null, to: null });
  });

  it('gives up if others keep writing, and rejects an unknown change', async () => {
    const { deployments, events, changeId } = await lowest();
    const changes = { ...deployments.store, update: async () => undefined };
    const deps = { changes, events, now: () => AT * 1000 };
    await expect(closeWatch(deps, 'acme', changeId)).rejects.toThrow(ConflictError);
    await expect(closeWatch(deps, 'acme', 'unknown')).rejects.toThrow(InvalidInputError);
  });

  it('announces nothing without a proposal', async () => {
    const { current } = await setup();
    expect(announceProposal(current().record)).toEqual([]);
  });
});

describe('the outcome of a deployment', () => {
  const plan = {
    format: 'cdk-diff',
    content:
      'Stack Shop\nResources\n[-] AWS::DynamoDB::Table Orders OrdersTable destroy\n\n✨  Number of stacks with differences: 1\n',
  } as const;

  it('is stored with the verdict, and changes the assessment of the next plan', async () => {
    const { check, close, deployments, report, current } = await setup(3, 8, { plan });
    expect(current().record.plan).toMatchObject({
      features: { dataDestroyed: 1 },
      assessment: { level: 'high', learntFrom: 0 },
    });
    await check(0);
    await check(1);
    await close();
    expect([...deployments.lessons.values()]).toMatchObject([
      { wasUnhealthy: true, features: { dataDestroyed: 1 } },
    ]);
    const next = await report({ version: '43', at: AT + 3000, plan });
    expect(next.plan?.assessment.learntFrom).toBe(1);
    expect(next.plan?.features).toMatchObject({ recentFailures: 1, recentDeploys: 1 });
  });

  it('is absent if the watch failed', async () => {
    const { close, deployments } = await setup(1, 0, { plan });
    await close({ error: 'States.Timeout' });
    expect(deployments.lessons.size).toBe(0);
  });

  it.each([
    [{ format: 'cloudformation-change-set', content: '{' }, 'not valid JSON'],
    [{ format: 'cloudformation-change-set', content: {} }, 'DescribeChangeSet'],
  ] as const)('cannot come from %j', async (broken, message) => {
    const { report } = await setup();
    await expect(report({ version: '44', plan: broken })).rejects.toMatchObject({
      field: 'plan.content',
      message: expect.stringContaining(message),
    });
  });
});

it('a watch that should have ended long ago is not ongoing', () => {
  expect(healthNow({ health: 'watching', watchUntil: AT }, AT + 60)).toBe('watching');
  expect(healthNow({ health: 'watching', watchUntil: AT }, AT + 3601)).toBe('unknown');
  expect(healthNow({ health: 'healthy', watchUntil: AT }, AT + 36_000)).toBe('healthy');
  expect(healthNow({ health: 'watching' }, AT)).toBe('watching');
});

describe('a forecast published before the deployment', () => {
  it('is the expectation; one published after it is not', async () => {
    const levels = [0.1, 0.5, 0.9];
    const quantiles = levels.map((level) => new Float64Array(24).fill(360 + 40 * (level - 0.5)));
    const scored = async (issuedAt: number) => {
      const { check, forecasts, current } = await setup(3);
      const forecast = {
        ...{
          start: AT,
          stepSeconds: 300,
          horizon: 24,
          quantileLevels: levels,
          quantiles,
          mean: quantiles[1]!,
        },
        ...{ model: 'm', members: [], reason: '', warnings: [] },
      };
      const metrics = [{ metric: 'latency_ms', forecast, threshold: null, breach: null }];
      const issued = { tenantId: 'acme', targetId: 'web-1', runId: 'r', issuedAt: issuedAt * 1000, metrics };
      await forecasts.store.put(issued, AT + 9e6);
      await check(0);
      return current().record.checks[0]!.health!;
    };
    expect(await scored(AT - 600)).toBeGreaterThan(90);
    expect(await scored(AT + 60)).toBeLessThan(50);
  });
});

it('the first check of a change without its own policy is the default one', () => {
  const record = { tenantId: 'acme', changeId: 'c', at: AT } as never;
  expect(watchInputOf(record).checkAt).toBe('2026-11-21T10:11:00.000Z');
});

it('open and recent incidents of the target are part of the assessment', async () => {
  const { reading } = await setup();
  const incident = (status: string, lastAt: number, target = 'web-1') => ({
    ...{ incidentId: `${status}-${lastAt}`, status, lastAt },
    members: { m: { targetId: target } },
  });
  const listed = [
    incident('open', AT),
    incident('resolved', AT - 86_400),
    incident('resolved', AT - 8 * 86_400),
    incident('open', AT, 'web-2'),
  ];
  const incidents = { list: async () => ({ items: listed as never[], nextCursor: undefined }) };
  const plan = {
    format: 'cdk-diff',
    content:
      'Stack Shop\nResources\n[+] AWS::SQS::Queue Jobs JobsQueue\n\n✨  Number of stacks with differences: 1\n',
  } as const;
  const { features } = await assessPlan({ ...reading, incidents }, 'acme', plan, 'web-1', AT);
  expect(features).toMatchObject({ openIncidents: 1, recentIncidents: 1 });
  const without = await assessPlan({ ...reading, incidents }, 'acme', plan, undefined, AT);
  expect(without.features.openIncidents).toBeUndefined();
});

describe('a proposal', () => {
  it('has the confidence of the last known score, and none without one', async () => {
    const { current } = await setup();
    const check = {
      ...{ minutes: 5, until: AT, checkedAt: AT, confidence: 0.5, judged: 1, sent: 1 },
      parts: [],
    };
    const known = {
      ...current().record,
      closedAt: AT,
      checks: [
        { ...check, health: 20 },
        { ...check, health: null },
      ],
    };
    expect(proposalFor(known, AT).confidence).toBe(0.4);
    const unknown = { ...known, checks: [{ ...check, health: null }] };
    const proposal = proposalFor(unknown, AT);
    expect(proposal.confidence).toBe(0);
    expect(announceProposal({ ...unknown, proposal })).toMatchObject([{ detail: { evidence: [] } }]);
  });
});
