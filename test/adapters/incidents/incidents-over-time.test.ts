/** The stores of incidents over several writes and writers. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { cachedFleetSizes, dynamoFleetSizes } from '../../../adapters/incidents/fleet-sizes.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import type { CausesReport } from '../../../core/incidents/causes-report.ts';
import type { IncidentsEvent } from '../../../core/incidents/events.ts';
import { groupSignal } from '../../../core/incidents/grouping/group-signal.ts';
import type { Incident } from '../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../core/incidents/incident-policy.ts';
import type { IncidentWrite, StoredIncident } from '../../../core/incidents/ports.ts';
import {
  ConflictError,
  DependencyUnavailableError,
  UnreadableItemError,
} from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { anomaly, NOW } from '../../unit/incidents/explaining/samples.ts';
import { itemsOf } from '../../walk-pages.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table: stored, mock, reset } = memoryDynamo(client, { pageItems: 7 });
let telemetry = recordedTelemetry();
let now = NOW;
const table = {
  ...{ client, tableName: 'incidents', now: () => now * 1000 },
  telemetry: {
    count: (outcome: string) => telemetry.telemetry.count(outcome),
    error: (message: string, fields: Readonly<Record<string, unknown>>, cause?: unknown) =>
      telemetry.telemetry.error(message, fields, cause),
  },
};
const store = dynamoIncidentStore(table);

const grouped = groupSignal([], anomaly('web-1'), {
  ...{ now: NOW, policy: INCIDENT_POLICY, isNear: () => false, recentChanges: [] },
  ...{ coincidenceTargets: 5, earlyEnds: new Map(), maxAbsorbed: 90 },
}).incident!;
const opened = (incidentId: string): IncidentsEvent => ({
  ...{ name: 'IncidentOpened', source: 'forestall.incidents' },
  detail: {
    ...{ id: incidentId, tenantId: 'acme', occurredAt: new Date(NOW * 1000).toISOString(), incidentId },
    ...{ status: 'open', severity: grouped.severity, startedAt: new Date(NOW * 1000).toISOString() },
    ...{ targets: ['web-1'], targetCount: 1, signalCount: 1 },
  },
});
const incident = (incidentId: string, over: Partial<Incident> = {}): Incident => ({
  ...grouped,
  incidentId,
  ...over,
});
const version = (
  incidentId: string,
  number: number,
  over: Partial<Incident> = {},
  pending: readonly IncidentsEvent[] = [],
): StoredIncident => ({ incident: incident(incidentId, over), version: number, pending });
const write = (expectedVersion: number, over: Partial<IncidentWrite> = {}) =>
  store.write({
    ...{ tenantId: 'acme', expectedVersion, changed: [], absorbed: new Map(), active: [] },
    ...{ quietCheckAt: undefined, earlyEnds: new Map() },
    ...over,
  });

beforeEach(() => {
  reset();
  telemetry = recordedTelemetry();
  now = NOW;
});

describe('open incidents', () => {
  it('are empty before the first write, and then as written', async () => {
    expect(await store.readOpen('acme')).toEqual({
      ...{ version: 0, incidents: [], quietCheckAt: undefined, earlyEnds: new Map() },
    });
    const first = version('i1', 1, {}, [opened('i1')]);
    const earlyEnds = new Map([['k', NOW - 5]]);
    expect(await write(0, { changed: [first], active: ['i1'], quietCheckAt: NOW + 900, earlyEnds })).toBe(
      true,
    );
    expect(await store.readOpen('acme')).toEqual({
      ...{ version: 1, incidents: [first], quietCheckAt: NOW + 900, earlyEnds },
    });
    expect(await store.readOpen('globex')).toMatchObject({ version: 0, incidents: [] });
  });

  it('that a slower writer computed from older ones are not stored at all', async () => {
    await write(0, { changed: [version('i1', 1)], active: ['i1'] });
    expect(await write(0, { changed: [version('i2', 1)], active: ['i2'] })).toBe(false);
    expect(await write(2, { changed: [version('i2', 1)], active: ['i2'] })).toBe(false);
    expect(await store.get('acme', 'i2')).toBeUndefined();
    expect(await write(1, { changed: [version('i2', 1)], active: ['i1', 'i2'] })).toBe(true);
    expect((await store.readOpen('acme')).incidents.map(({ incident }) => incident.incidentId)).toEqual([
      'i1',
      'i2',
    ]);
  });

  it('do not include one that was absorbed, even while the list still names it', async () => {
    await write(0, { changed: [version('i1', 1), version('i2', 1)], active: ['i1', 'i2'] });
    await write(1, { absorbed: new Map([['i2', 'i1']]), active: ['i1', 'i2'] });
    expect((await store.readOpen('acme')).incidents.map(({ incident }) => incident.incidentId)).toEqual([
      'i1',
    ]);
  });

  it('cannot be read if one of them is damaged, because the next write would drop it', async () => {
    await write(0, { changed: [version('i1', 1)], active: ['i1'] });
    const item = stored.items.find(({ sk }) => sk === 'INCIDENT#i1');
    stored.put({ ...item, data: Uint8Array.of(1, 2, 3) }, {});
    await expect(store.readOpen('acme')).rejects.toThrow(UnreadableItemError);
    await expect(store.readOpen('acme')).rejects.toThrow('incident T#acme INCIDENT#i1 cannot be read');
  });
});

describe('an incident', () => {
  it('leads to the one that absorbed it, over any number of steps', async () => {
    const chain = Array.from({ length: 6 }, (_, i) => `i${i}`);
    await write(0, { changed: [version('i5', 9)] });
    for (let i = 0; i < 5; i++)
      await write(i + 1, { absorbed: new Map([[chain[i] ?? '', chain[i + 1] ?? '']]) });
    for (const id of chain) expect((await store.get('acme', id))?.incident.incidentId).toBe('i5');
  });

  it('that absorbed itself in a circle is not found', async () => {
    await write(0, {
      absorbed: new Map([
        ['a', 'b'],
        ['b', 'a'],
      ]),
    });
    expect(await store.get('acme', 'a')).toBeUndefined();
  });

  it('belongs to its tenant', async () => {
    await write(0, { changed: [version('i1', 1)] });
    expect(await store.get('globex', 'i1')).toBeUndefined();
  });

  it('keeps its pending events until they are cleared for the version that was published', async () => {
    const [first, second] = [version('i1', 1, {}, [opened('i1')]), version('i1', 2, {}, [opened('i1')])];
    await write(0, { changed: [first], active: ['i1'] });
    await write(1, { changed: [second], active: ['i1'] });
    await store.clearPending('acme', [first]);
    expect((await store.get('acme', 'i1'))?.pending).toHaveLength(1);
    await store.clearPending('acme', [second]);
    expect(await store.get('acme', 'i1')).toEqual({ ...second, pending: [] });
    await store.clearPending('acme', []);
  });

  it('expires 400 days after its last signal', async () => {
    await write(0, { changed: [version('i1', 1, { lastAt: NOW + 0.5 })], absorbed: new Map([['i0', 'i1']]) });
    const expiry = (id: string) => stored.items.find(({ sk }) => sk === `INCIDENT#${id}`)?.expiresAt;
    expect([expiry('i1'), expiry('i0')]).toEqual([NOW + 400 * 86_400, NOW + 400 * 86_400]);
  });
});

describe('the list of incidents', () => {
  const walk = async (limit: number) =>
    (await itemsOf((page) => store.list('acme', page), limit)).map(({ incidentId }) => incidentId);

  it('contains each once, newest first, without absorbed and expired ones, for any page size', async () => {
    const kinds = fc.array(fc.constantFrom('open', 'absorbed', 'expired'), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(kinds, fc.integer({ min: 1, max: 9 }), async (states, limit) => {
        reset();
        const ids = states.map((_, i) => `i${String(i).padStart(2, '0')}`);
        const of = (state: string) => ids.filter((_, i) => states[i] === state);
        await write(0, {
          changed: [
            ...of('open').map((id) => version(id, 1)),
            ...of('expired').map((id) => version(id, 1, { lastAt: NOW - 400 * 86_400 })),
          ],
          absorbed: new Map(of('absorbed').map((id) => [id, 'other'])),
        });
        expect(await walk(limit)).toEqual(of('open').reverse());
      }),
      { numRuns: 30 },
    );
  });

  it('skips a damaged one, and reports it', async () => {
    await write(0, { changed: [version('i1', 1), version('i2', 1), version('i3', 1)] });
    const item = stored.items.find(({ sk }) => sk === 'INCIDENT#i2');
    stored.put({ ...item, schemaVersion: 99 }, {});
    expect(await walk(2)).toEqual(['i3', 'i1']);
    expect(telemetry.counts.ItemUnreadable).toBe(1);
    expect(telemetry.lines[0]?.fields).toEqual({ item: 'incident T#acme INCIDENT#i2' });
  });

  it('is retriable if the table is throttled', async () => {
    mock.on(QueryCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.list('acme', { limit: 5 })).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('the dependency graph', () => {
  const graphs = dynamoGraphStore(table);
  const declared = [
    { caller: 'a', callee: 'b' },
    { caller: 'b', callee: 'c', isAbsent: true },
  ];
  const observed = [
    { caller: 'a', callee: 'b', source: 'trace' as const, confidence: 0.8, calls: null, lastSeen: NOW },
  ];

  it('is replaced only by the writer that read it last', async () => {
    await graphs.put('acme', { version: 0, declared, observed, updatedAt: NOW });
    const read = await graphs.get('acme');
    expect(read).toEqual({ version: 1, declared, observed, updatedAt: NOW });
    await graphs.put('acme', { ...read, declared: [], updatedAt: NOW + 1 });
    await expect(graphs.put('acme', read)).rejects.toThrow(ConflictError);
    await expect(graphs.put('acme', read)).rejects.toThrow(
      'the topology was changed in the meantime: read it again and repeat the change',
    );
    expect(await graphs.get('acme')).toEqual({ version: 2, declared: [], observed, updatedAt: NOW + 1 });
    expect((await graphs.get('globex')).version).toBe(0);
  });

  it('that cannot be read is not treated as empty', async () => {
    await graphs.put('acme', { version: 0, declared, observed, updatedAt: NOW });
    stored.put({ ...stored.items[0], schemaVersion: 9 }, {});
    await expect(graphs.get('acme')).rejects.toThrow('dependency graph T#acme GRAPH cannot be read');
  });
});

describe('causes', () => {
  const causes = dynamoCauseStore(table);
  const report = (incidentVersion: number, over: Partial<CausesReport> = {}): CausesReport => ({
    ...{ incidentId: 'i', incidentVersion, diagnosedAt: NOW, target: 'web', metric: 'latency' },
    window: { from: NOW - 60, to: NOW, stepSeconds: 60 },
    ...{ graphVersion: 'g3', method: 'topology', limits: [], similar: [], causes: [], gate: undefined },
    signature: {},
    ...over,
  });

  it('are replaced by a diagnosis of the same or a newer version of the incident, never of an older one', async () => {
    await causes.put('acme', report(2), NOW + 1);
    await causes.put('acme', report(1, { target: 'older' }), NOW + 1);
    expect(await causes.get('acme', 'i')).toEqual(report(2));
    await causes.put('acme', report(2, { target: 'again' }), NOW + 1);
    expect((await causes.get('acme', 'i'))?.target).toBe('again');
    await causes.put('acme', report(3, { target: 'newer' }), NOW + 1);
    expect((await causes.get('acme', 'i'))?.target).toBe('newer');
    expect(await causes.get('globex', 'i')).toBeUndefined();
  });

  it('are lessons for later incidents: newest first, until they expire, the last lesson of each', async () => {
    const past = (incidentId: string, cause = 'db') =>
      ({ incidentId, metric: 'latency', signature: { db: 1 }, cause }) as const;
    for (const id of ['2026-01', '2026-02', '2026-03']) await causes.remember('acme', past(id), NOW + 1);
    await causes.remember('acme', past('2026-04'), NOW);
    await causes.remember('acme', past('2026-02', 'cache'), NOW + 1);
    expect(await causes.past('acme', 10)).toEqual([
      past('2026-03'),
      past('2026-02', 'cache'),
      past('2026-01'),
    ]);
    expect((await causes.past('acme', 2)).map(({ incidentId }) => incidentId)).toEqual(['2026-03']);
    expect(await causes.past('globex', 10)).toEqual([]);
  });

  it('skip a lesson that cannot be read', async () => {
    await causes.remember(
      'acme',
      { incidentId: 'x', metric: 'latency', signature: {}, cause: 'db' },
      NOW + 1,
    );
    stored.put({ ...stored.items[0], data: Uint8Array.of(9) }, {});
    expect(await causes.past('acme', 10)).toEqual([]);
    expect(telemetry.counts.ItemUnreadable).toBe(1);
  });
});

describe('the size of a fleet', () => {
  const fleets = dynamoFleetSizes(table);
  const add = (tenantId: string, count: number) => {
    for (let i = 0; i < count; i++)
      stored.put({ pk: `T#${tenantId}`, sk: `TARGET#web-${i}`, lastSeen: NOW }, {});
  };

  it('is the number of its targets of the last day, over all pages', async () => {
    add('acme', 16);
    add('globex', 3);
    stored.put({ pk: 'T#acme', sk: 'SETTINGS', lastSeen: NOW }, {});
    stored.put({ pk: 'T#acme', sk: 'TARGET#silent', lastSeen: NOW - 86_399 }, {});
    // A replaced host.
    stored.put({ pk: 'T#acme', sk: 'TARGET#gone', lastSeen: NOW - 86_400 }, {});
    expect([await fleets.count('acme'), await fleets.count('globex'), await fleets.count('none')]).toEqual([
      17, 3, 0,
    ]);
  });

  it('is counted once an hour for each tenant', async () => {
    add('acme', 2);
    const cached = cachedFleetSizes(fleets, () => now * 1000);
    expect([await cached.count('acme'), await cached.count('globex')]).toEqual([2, 0]);
    add('acme', 5);
    now = NOW + 3599;
    expect(await cached.count('acme')).toBe(2);
    now = NOW + 3600;
    expect(await cached.count('acme')).toBe(5);
  });

  it('is counted again after a failure', async () => {
    add('acme', 2);
    const cached = cachedFleetSizes(fleets, () => now * 1000);
    mock.on(QueryCommand).rejectsOnce(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(cached.count('acme')).rejects.toThrow('counting targets: ThrottlingException: slow');
    reset();
    add('acme', 4);
    expect(await cached.count('acme')).toBe(4);
  });
});
