import { describe, expect, it } from 'vitest';
import { RiskAssessment } from '../../../../core/changes/api/assessment.ts';
import { ChangeDetail, ChangePage, RecordedChange } from '../../../../core/changes/api/changes.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import {
  makeHandler as makeQueries,
  type Deps as QueryDeps,
} from '../../../../functions/api/query-api/handler.ts';
import {
  type Deps as CommandDeps,
  makeHandler as makeCommands,
} from '../../../../functions/changes/command-changes/handler.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';
import { AT, deployedWorld, requests } from '../deployments/deployed-world.ts';

const DIFF =
  'Stack Shop\nResources\n[-] AWS::DynamoDB::Table Orders OrdersTable destroy\n\n✨  Number of stacks with differences: 1\n';

const setup = (slower = 1, failing = 0) => {
  const world = deployedWorld({ 'acme web-1': requests(slower, failing) });
  world.clock.now = AT * 1000;
  const authenticate: QueryDeps['authenticate'] = async ({ authorization }) =>
    authorization === undefined ? undefined : keyCaller(authorization.replace('Bearer ', ''));
  const workflow = {
    start: async (name: string, input: unknown) => {
      if (world.started.has(name)) return 'already-running' as const;
      world.started.set(name, input);
      return 'started' as const;
    },
  };
  const shared = {
    ...world.reading,
    ...world.incidents.stores,
    changes: world.deployments.store,
    workflow,
    quotas: memoryQuotas(),
    authenticate,
  };
  const record = makeCommands(shared as unknown as CommandDeps);
  const serve = makeQueries(shared as unknown as QueryDeps);
  const send = async (method: string, path: string, body?: unknown, tenant = 'acme', query = '') => {
    const event = httpEvent(method, path, {
      headers: { authorization: `Bearer ${tenant}` },
      query,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = method === 'GET' ? await serve(event) : await record(event);
    const { statusCode, body: text } = answer;
    return { status: statusCode, body: JSON.parse(text) };
  };
  const watch = async (id: string) => {
    world.clock.now = (AT + 3700) * 1000;
    for (let check = 0; ; check++) {
      const { next } = await world.score({ tenantId: 'acme', changeId: id, check });
      if (next !== 'check') return world.close({ tenantId: 'acme', changeId: id });
    }
  };
  return { ...world, send, watch };
};

const deployment = {
  ...{ target: 'web-1', summary: 'version 41 deployed', kind: 'deployment', at: String(AT) },
  ...{ version: '41', previousVersion: '40' },
};

describe('a deployment', () => {
  it('is recorded, watched, and shown with the reasons and the proposal to roll it back', async () => {
    const { send, watch, started } = setup(3, 8);
    const recorded = await send('POST', '/v1/changes', deployment);
    expect(recorded.status).toBe(202);
    const { id, health } = RecordedChange.parse(recorded.body);
    expect([health, started.size]).toEqual(['watching', 1]);
    const before = ChangeDetail.parse((await send('GET', `/v1/changes/${id}`)).body);
    expect(before).toMatchObject({ health: 'watching', checks: [], nextCheckAt: '2026-11-21T10:11:00.000Z' });
    await watch(id);
    const after = ChangeDetail.parse((await send('GET', `/v1/changes/${id}`)).body);
    expect(after).toMatchObject({
      ...{
        id,
        target: 'web-1',
        kind: 'deployment',
        version: '41',
        previousVersion: '40',
        health: 'unhealthy',
      },
      proposal: { action: 'roll-back-deployment', target: 'web-1', from: '41', to: '40' },
      closedAt: expect.any(String),
    });
    expect(after.score).toBeLessThan(20);
    expect(after.checks[0]?.evidence[0]?.points).toBeGreaterThan(50);
    expect(after.nextCheckAt).toBeUndefined();
    expect((await send('GET', `/v1/changes/${id}`, undefined, 'globex')).status).toBe(404);
    expect((await send('GET', '/v1/changes/unknown')).status).toBe(404);
  });

  it('whose watch stopped is unknown, with the reason', async () => {
    const { send, clock } = setup();
    const { body } = await send('POST', '/v1/changes', { target: 'web-1', summary: 's', kind: 'deployment' });
    clock.now = (AT + 9000) * 1000;
    const shown = ChangeDetail.parse((await send('GET', `/v1/changes/${body.id}`)).body);
    expect(shown).toMatchObject({ health: 'unknown', reason: 'the watch did not end' });
    expect((await send('GET', '/v1/changes', undefined, 'acme', 'health=unknown')).body.items).toHaveLength(
      1,
    );
  });

  it('is watched with the policy of its change', async () => {
    const { send, started } = setup();
    await send('POST', '/v1/changes', { ...deployment, watch: { checkMinutes: [1, 2], unhealthyBelow: 70 } });
    expect([...started.values()]).toMatchObject([{ checkAt: '2026-11-21T10:07:00.000Z' }]);
  });

  it.each([
    [{ ...deployment, kind: 'release' }, 'kind'],
    [{ ...deployment, version: '' }, 'version'],
    [{ ...deployment, watch: { checkMinutes: [9, 3] } }, 'watch.checkMinutes'],
    [{ ...deployment, kind: 'other', watch: {} }, 'watch'],
    [{ ...deployment, plan: { format: 'terraform', content: 'x' } }, 'plan.format'],
    [{ ...deployment, plan: { format: 'cdk-diff', content: 'x'.repeat(400_001) } }, 'plan.content'],
    [{ ...deployment, at: String(AT + 900) }, 'at'],
  ])('is rejected as %.60j, naming %s', async (body, field) => {
    const { send } = setup();
    const answer = await send('POST', '/v1/changes', body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('reported with the id of another is a conflict', async () => {
    const { send } = setup();
    await send('POST', '/v1/changes', { ...deployment, id: 'd' });
    expect((await send('POST', '/v1/changes', { ...deployment, id: 'd' })).status).toBe(202);
    expect((await send('POST', '/v1/changes', { ...deployment, id: 'd', target: 'web-2' })).status).toBe(409);
  });
});

describe('a list of changes', () => {
  it('is newest first, filtered and paged', async () => {
    const { send, watch } = setup();
    const { body } = await send('POST', '/v1/changes', deployment);
    await watch(body.id);
    await send('POST', '/v1/changes', { target: 'web-2', summary: 'pool of 20', kind: 'configuration' });
    const list = async (query = '') =>
      ChangePage.parse((await send('GET', '/v1/changes', undefined, 'acme', query)).body);
    const { items } = await list();
    expect(items.map(({ target }) => target)).toEqual(['web-2', 'web-1']);
    expect(items[1]).toMatchObject({ health: 'healthy', score: 100 });
    expect((await list('target=web-2')).items).toHaveLength(1);
    expect((await list('kind=deployment')).items).toMatchObject([{ target: 'web-1' }]);
    expect((await list('health=not-watched')).items).toMatchObject([{ target: 'web-2' }]);
    const first = await list('limit=1');
    expect((await list(`limit=1&cursor=${first.nextCursor}`)).items).toMatchObject([{ target: 'web-1' }]);
    expect((await send('GET', '/v1/changes', undefined, 'acme', 'kind=release')).status).toBe(400);
  });
});

describe('a plan', () => {
  const plan = { format: 'cdk-diff', content: DIFF };

  it('is assessed, and nothing recorded', async () => {
    const { send, deployments } = setup();
    const { status, body } = await send('POST', '/v1/changes/assess', { plan, target: 'web-1' });
    expect(status).toBe(200);
    expect(RiskAssessment.parse(body)).toMatchObject({ level: 'high', learntFrom: 0 });
    expect(deployments.stored.size).toBe(0);
  });

  it('is stored as the risk of the change', async () => {
    const { send } = setup();
    const { body } = await send('POST', '/v1/changes', { ...deployment, plan });
    expect(body.assessment).toMatchObject({ level: 'high' });
    expect((await send('GET', '/v1/changes')).body.items).toMatchObject([{ riskLevel: 'high' }]);
    const shown = ChangeDetail.parse((await send('GET', `/v1/changes/${body.id}`)).body);
    expect(shown.assessment?.reasons[0]?.text).toContain('data');
  });

  it('that cannot be read is rejected', async () => {
    const { send } = setup();
    const broken = { plan: { format: 'cloudformation-change-set', content: 'not JSON' } };
    expect(await send('POST', '/v1/changes/assess', broken)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'plan.content' }] },
    });
  });
});

describe('the functions of the workflow', () => {
  it('reject input that can never succeed', async () => {
    const { score, close } = setup();
    await expect(score({ tenantId: 'acme', changeId: 'x' })).rejects.toThrow(InvalidInputError);
    await expect(close({ tenantId: 'acme' })).rejects.toThrow(InvalidInputError);
  });

  it('count the outcomes of deployments', async () => {
    const { send, watch, log } = setup(3, 8);
    const { body } = await send('POST', '/v1/changes', deployment);
    await watch(body.id);
    expect(log.counts).toMatchObject({ ChangeRecorded: 1, DeploymentScored: 2, RollbackProposed: 1 });
  });
});
