import { describe, expect, it } from 'vitest';
import { Causes } from '../../../../core/incidents/api/causes.ts';
import { Incident, IncidentPage } from '../../../../core/incidents/api/incidents.ts';
import { Topology } from '../../../../core/incidents/api/topology.ts';
import {
  makeHandler as makeQueries,
  type Deps as QueryDeps,
} from '../../../../functions/api/query-api/handler.ts';
import {
  type Deps as ChangeDeps,
  makeHandler as makeChangeCommands,
} from '../../../../functions/changes/command-changes/handler.ts';
import {
  type Deps as IncidentDeps,
  makeHandler as makeIncidentCommands,
} from '../../../../functions/incidents/command-incidents/handler.ts';
import { makeHandler as makeDiagnoser } from '../../../../functions/incidents/diagnose-incident/handler.ts';
import { makeHandler as makeGrouper } from '../../../../functions/incidents/group-signals/handler.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memoryQuotas, memorySettings } from '../../../fakes/platform.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';
import { anomalyOf, delivered, groupingWorld, NOW, queued } from '../explaining/samples.ts';

/** A latency that is ten times as high from `NOW` on, every five minutes for a day before. */
const rising = (usual: number) =>
  Array.from({ length: 300 }, (_, i) => {
    const at = NOW - (290 - i) * 300;
    return [at, at < NOW ? usual + (i % 3) : usual * 10] as const;
  });

const setup = (over: { readonly now?: number } = {}) => {
  const settings = memorySettings();
  const world = groupingWorld();
  world.setNow(over.now ?? NOW + 600);
  const { telemetry } = world.deps;
  const latency = { metrics: { latency_ms: { kind: 'gauge', unit: 'ms' } } } as const;
  const registry = memoryRegistry([watched('web-1', latency), watched('db-1', latency)]);
  const blocks = memoryBlocks({
    'acme web-1': { latency_ms: rising(40) },
    'acme db-1': { latency_ms: rising(30) },
  });
  const group = makeGrouper({ ...world.deps, ownTenant: 'acme' });
  const diagnose = makeDiagnoser({
    ...world.stores,
    settings,
    registry,
    blocks,
    telemetry,
    now: world.deps.now,
  });
  const authenticate: QueryDeps['authenticate'] = async ({ authorization }) =>
    authorization === undefined ? undefined : keyCaller(authorization.replace('Bearer ', ''), 'ops');
  const quotas = memoryQuotas();
  const shared = { ...world.stores, authenticate, quotas, registry, blocks, telemetry, now: world.deps.now };
  const commandIncidents = makeIncidentCommands({ ...world.deps, ...shared } as unknown as IncidentDeps);
  const commandChanges = makeChangeCommands({ ...world.deps, ...shared } as unknown as ChangeDeps);
  const command = (path: string) => (path === '/v1/changes' ? commandChanges : commandIncidents);
  const serve = makeQueries(shared as unknown as QueryDeps);
  const send = async (method: string, path: string, body?: unknown, tenant = 'acme', query = '') => {
    const headers = { authorization: `Bearer ${tenant}` };
    const event = httpEvent(method, path, {
      headers,
      query,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = method === 'GET' ? await serve(event) : await command(path)(event);
    const { statusCode, body: text } = answer;
    return { status: statusCode, body: JSON.parse(text) };
  };
  const explainAll = () =>
    diagnose(queued(...world.published.map(({ name, source, detail }) => delivered(name, source, detail))));
  return { ...world, group, diagnose, send, explainAll, registry, blocks };
};

describe('from signals to the response of the API', () => {
  it('topology, change and anomalies become one incident with its cause', async () => {
    const { group, send, explainAll, sent } = setup();
    const topology = await send('PUT', '/v1/topology', { edges: [{ caller: 'web-1', callee: 'db-1' }] });
    expect(Topology.parse(topology.body).nodes).toEqual(['db-1', 'web-1']);
    const change = await send('POST', '/v1/changes', {
      target: 'db-1',
      summary: 'v41',
      at: String(NOW - 60),
    });
    expect(change.status).toBe(202);
    expect(sent).toMatchObject([{ targetId: 'db-1', at: NOW - 60 }]);
    expect(await group(queued(anomalyOf('web-1'), anomalyOf('db-1'), { signal: sent[0] }))).toEqual({
      batchItemFailures: [],
    });
    const { body: page } = await send('GET', '/v1/incidents');
    const [incident] = IncidentPage.parse(page).items;
    expect(incident).toMatchObject({ status: 'open', targets: ['db-1', 'web-1'], signals: 2 });
    const path = `/v1/incidents/${incident!.id}`;
    expect((await send('GET', `${path}/causes`)).body).toMatchObject({ status: 'pending', items: [] });
    expect(await explainAll()).toEqual({ batchItemFailures: [] });
    const causes = Causes.parse((await send('GET', `${path}/causes`)).body);
    expect(causes).toMatchObject({
      status: 'found',
      method: 'relative-blame',
      followed: { target: 'web-1' },
    });
    expect(causes.items[0]?.target).toBe('db-1');
    expect(causes.items[0]?.evidence.join()).toContain('v41');
    const whole = Incident.parse((await send('GET', path)).body);
    expect(whole.changes).toMatchObject([{ summary: 'v41' }]);
    expect(whole.timeline.map(({ kind }) => kind)).toContain('opened');
  });

  it('a closed one is remembered with its fix', async () => {
    const { group, send, explainAll, lessons, all } = setup();
    await send('PUT', '/v1/topology', { edges: [{ caller: 'web-1', callee: 'db-1' }] });
    await group(queued(anomalyOf('web-1'), anomalyOf('db-1')));
    const { incidentId } = all()[0]!.incident;
    const path = `/v1/incidents/${incidentId}/transitions`;
    expect(await send('POST', path, { to: 'resolved', note: 'rolled back' })).toMatchObject({
      status: 200,
      body: { status: 'resolved' },
    });
    expect((await send('POST', path, { to: 'mitigated' })).status).toBe(409);
    expect((await send('POST', path, { to: 'gone' })).status).toBe(400);
    await explainAll();
    expect([...lessons.values()]).toMatchObject([{ incidentId, cause: 'db-1', fixedBy: 'rolled back' }]);
  });

  it('refuses a declared call of a target to itself, which no graph would show', async () => {
    const { send } = setup();
    const edges = [
      { caller: 'web-1', callee: 'db-1' },
      { caller: 'db-1', callee: 'db-1' },
    ];
    const refused = await send('PUT', '/v1/topology', { edges });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain('edges.1.callee: expected two targets');
    expect(Topology.parse((await send('GET', '/v1/topology')).body).nodes).toEqual([]);
  });

  it('stores the cause that people named once, even if it is sent repeatedly', async () => {
    const { group, send, explainAll, lessons, all } = setup();
    await send('PUT', '/v1/topology', { edges: [{ caller: 'web-1', callee: 'db-1' }] });
    await group(queued(anomalyOf('web-1'), anomalyOf('db-1')));
    const { incidentId } = all()[0]!.incident;
    const path = `/v1/incidents/${incidentId}`;
    const conclusion = { cause: 'web-1', fix: 'raised the limit' };
    expect((await send('POST', `${path}/transitions`, { to: 'mitigated', ...conclusion })).status).toBe(400);
    await send('POST', `${path}/transitions`, { to: 'resolved', cause: 'unknown yet' });
    const reviewed = await send('POST', `${path}/transitions`, { to: 'reviewed', ...conclusion });
    expect(Incident.parse(reviewed.body).conclusion).toMatchObject({
      ...conclusion,
      by: { kind: 'key', name: 'ops', keyId: expect.stringMatching(/./) },
    });
    expect((await send('POST', `${path}/transitions`, { to: 'reviewed', ...conclusion })).status).toBe(409);
    for (let delivery = 0; delivery < 2; delivery++) {
      await explainAll();
      expect([...lessons.values()]).toMatchObject([
        { cause: 'web-1', isConfirmed: true, mistaken: 'db-1', fixedBy: 'raised the limit' },
      ]);
    }
    const causes = Causes.parse((await send('GET', `${path}/causes`)).body);
    expect(causes.items[0]).toMatchObject({ target: 'db-1', recommendation: expect.any(String) });
    expect(causes.harm).toContainEqual({ target: 'web-1', share: expect.closeTo(1) });
  });

  it('never shows or transitions incidents of another tenant', async () => {
    const { group, send, all } = setup();
    await group(queued(anomalyOf('web-1')));
    const path = `/v1/incidents/${all()[0]!.incident.incidentId}`;
    expect((await send('GET', '/v1/incidents', undefined, 'globex')).body).toEqual({ items: [] });
    expect((await send('GET', path, undefined, 'globex')).status).toBe(404);
    expect((await send('GET', `${path}/causes`, undefined, 'globex')).status).toBe(404);
    expect((await send('POST', `${path}/transitions`, { to: 'resolved' }, 'globex')).status).toBe(404);
  });

  it('lists by status and severity, page by page', async () => {
    const { group, send } = setup();
    await group(queued(...['a', 'b', 'c'].map(anomalyOf)));
    const first = (await send('GET', '/v1/incidents', undefined, 'acme', 'limit=2&status=open')).body;
    expect(first.items).toHaveLength(2);
    const query = `limit=2&status=open&cursor=${first.nextCursor}`;
    expect((await send('GET', '/v1/incidents', undefined, 'acme', query)).body.items).toHaveLength(1);
    expect((await send('GET', '/v1/incidents', undefined, 'acme', 'severity=critical')).body.items).toEqual(
      [],
    );
    expect((await send('GET', '/v1/incidents', undefined, 'acme', 'status=odd')).status).toBe(400);
  });

  it('learns calls from traces in addition to declared ones', async () => {
    const { send } = setup();
    await send('PUT', '/v1/topology', {
      edges: [
        { caller: 'a', callee: 'b' },
        { caller: 'x', callee: 'y', absent: true },
      ],
    });
    const Services = [
      { ReferenceId: 0, Name: 'x', Edges: [{ ReferenceId: 1 }, { ReferenceId: 2 }] },
      { ReferenceId: 1, Name: 'y', Edges: [] },
      { ReferenceId: 2, Name: 'z', Edges: [] },
    ];
    const { status, body } = await send('POST', '/v1/traces', { Services });
    expect(status).toBe(200);
    expect(
      body.edges.map(({ caller, callee, source }: Record<string, string>) => [caller, callee, source]),
    ).toEqual([
      ['a', 'b', 'declared'],
      ['x', 'z', 'trace'],
    ]);
    expect((await send('GET', '/v1/topology')).body).toEqual(body);
    expect((await send('POST', '/v1/traces', { Services: [{ Name: 'x' }] })).status).toBe(400);
  });
});
