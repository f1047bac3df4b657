/** The store of changes with several writers, and its form for incidents. */
import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoChangeStore } from '../../../adapters/incidents/change-store.ts';
import type { ChangeRecord } from '../../../core/changes/change.ts';
import { announceProposal, proposalFor } from '../../../core/changes/deployments/propose-rollback.ts';
import { DEFAULT_WATCH_POLICY } from '../../../core/changes/watch-policy.ts';
import { DependencyUnavailableError, UnreadableItemError } from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { itemsOf } from '../../walk-pages.ts';

const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table: stored, mock, reset } = memoryDynamo(client);
const { telemetry, counts } = recordedTelemetry();
let now = NOW;
const table = { client, tableName: 'changes', now: () => now * 1000, telemetry };
const store = dynamoDeploymentStore(table);

const change = (changeId: string, over: Partial<ChangeRecord> = {}): ChangeRecord => ({
  ...{ tenantId: 'acme', changeId, targetId: 'web-1', at: NOW, summary: 'v41', kind: 'deployment' },
  ...{ version: '41', previousVersion: '40', recordedAt: NOW, policy: DEFAULT_WATCH_POLICY, checks: [] },
  health: 'watching',
  ...over,
});
const walk = async (limit: number) =>
  (await itemsOf((page) => store.list('acme', page), limit)).map(({ changeId }) => changeId);

beforeEach(() => {
  reset();
  now = NOW;
  delete counts.ItemUnreadable;
});

describe('a change', () => {
  it('that is reported twice stays as first reported', async () => {
    expect(await store.create(change('c1'))).toEqual({
      ...{ stored: { record: change('c1'), pending: [], revision: 1 }, isNew: true },
    });
    const again = await store.create(change('c1', { summary: 'v42' }));
    expect(again).toEqual({ stored: { record: change('c1'), pending: [], revision: 1 }, isNew: false });
    expect(await walk(5)).toEqual(['c1']);
  });

  it('belongs to its tenant', async () => {
    await store.create(change('c1'));
    expect(await store.get('globex', 'c1')).toBeUndefined();
    expect((await store.create(change('c1', { tenantId: 'globex' }))).isNew).toBe(true);
  });

  it('is changed by one of two writers that read the same revision, in all its items or none', async () => {
    await store.create(change('c1'));
    const [mine, theirs] = [change('c1', { health: 'healthy' }), change('c1', { health: 'degraded' })];
    expect(await store.update({ record: mine, pending: [] }, 1)).toEqual({
      record: mine,
      pending: [],
      revision: 2,
    });
    const lesson = { features: { replaced: 1 }, wasUnhealthy: true };
    expect(await store.update({ record: theirs, pending: [] }, 1, lesson)).toBeUndefined();
    expect((await store.get('acme', 'c1'))?.record.health).toBe('healthy');
    expect((await store.list('acme', { limit: 5 })).items[0]?.health).toBe('healthy');
    expect(await store.outcomes('acme', 5)).toEqual([]);
    expect((await store.update({ record: theirs, pending: [] }, 2, lesson))?.revision).toBe(3);
    expect(await store.outcomes('acme', 5)).toEqual([lesson]);
  });

  it('keeps the proposal and the pending events', async () => {
    const closed = change('c1', { health: 'unhealthy', closedAt: NOW + 900, checks: [check(12.5)] });
    const proposed = { ...closed, proposal: proposalFor(closed, NOW + 900) };
    await store.create(change('c1'));
    await store.update({ record: proposed, pending: announceProposal(proposed) }, 1);
    expect(await store.get('acme', 'c1')).toEqual({
      ...{ record: proposed, pending: announceProposal(proposed), revision: 2 },
    });
  });

  const check = (health: number | null) => ({
    ...{ minutes: 5, until: NOW + 300, checkedAt: NOW + 301, health, confidence: 0.7, judged: 3, sent: 3 },
    parts: [{ weight: 0.9, harm: 1, text: 'latency_ms of web-1: 400, expected 120' }],
  });

  it('expires ninety days after it was made or reported, the later of the two', async () => {
    await store.create(change('c1', { at: NOW + 60, recordedAt: NOW }));
    await store.create(change('c2', { at: NOW - 60, recordedAt: NOW }));
    const expiries = stored.items.map(({ sk, expiresAt }) => [sk, Number(expiresAt) - NOW - 90 * 86_400]);
    expect(expiries.filter(([sk]) => String(sk).startsWith('CHANGEID'))).toEqual([
      ['CHANGEID#c1', 60],
      ['CHANGEID#c2', 0],
    ]);
  });

  it('that another request is recording at this moment is retriable', async () => {
    const CancellationReasons = [{ Code: 'TransactionConflict' }];
    const conflict = new TransactionCanceledException({ $metadata: {}, message: 'no', CancellationReasons });
    mock.on(TransactWriteCommand).rejects(conflict);
    const creating = store.create(change('c1'));
    await expect(creating).rejects.toThrow(DependencyUnavailableError);
    await expect(creating).rejects.toThrow('another request is recording the change c1');
  });

  it('that is damaged is an error if read alone', async () => {
    await store.create(change('c1'));
    const item = stored.items.find(({ sk }) => sk === 'CHANGEID#c1');
    stored.put({ ...item, data: Uint8Array.of(1) }, {});
    await expect(store.get('acme', 'c1')).rejects.toThrow(UnreadableItemError);
  });
});

describe('lists of changes', () => {
  it('contain each change once, newest first, for any page size', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 });
    const property = fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (ago, limit) => {
      reset();
      const made = ago.map((seconds, i) => change(`c${String(i).padStart(2, '0')}`, { at: NOW - seconds }));
      for (const one of made) await store.create(one);
      const wanted = made
        .toSorted((a, b) => b.at - a.at || (a.changeId < b.changeId ? 1 : -1))
        .map(({ changeId }) => changeId);
      expect(await walk(limit)).toEqual(wanted);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('of a span include both ends', async () => {
    for (const at of [1, 2, 3, 4, 5]) await store.create(change(`c${at}`, { at: NOW + at }));
    const ids = async (from: number, to: number) =>
      (await store.during('acme', NOW + from, NOW + to)).map(({ changeId }) => changeId);
    expect(await ids(2, 4)).toEqual(['c4', 'c3', 'c2']);
    expect(await ids(6, 9)).toEqual([]);
  });

  it('omit expired items, and skip unreadable ones', async () => {
    await store.create(change('c1'));
    await store.create(change('c2', { at: NOW + 1 }));
    const entry = stored.items.find(({ signalId }) => signalId === 'c2');
    stored.put({ ...entry, schemaVersion: 99 }, {});
    expect(await walk(5)).toEqual(['c1']);
    expect(counts.ItemUnreadable).toBe(1);
    now = NOW + 90 * 86_400;
    expect(await walk(5)).toEqual([]);
  });

  it('are retriable if the table is throttled, naming what failed', async () => {
    mock.on(QueryCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.list('acme', { limit: 1 })).rejects.toThrow('listing changes: ThrottlingException');
    await expect(store.during('acme', 0, 1)).rejects.toThrow('reading changes: ThrottlingException');
    await expect(store.outcomes('acme', 1)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('changes in the form of incidents', () => {
  const between = (from: number, to: number) => dynamoChangeStore(table).between('acme', from, to);

  it('are oldest first, and include whether their target was unhealthy since', async () => {
    await store.create(change('c1', { at: NOW + 1 }));
    await store.create(change('c2', { at: NOW + 2, targetId: 'db' }));
    await store.update({ record: change('c1', { at: NOW + 1, health: 'unhealthy' }), pending: [] }, 1);
    expect(await between(NOW, NOW + 2)).toEqual([
      {
        ...{
          kind: 'change',
          tenantId: 'acme',
          signalId: 'c1',
          targetId: 'web-1',
          at: NOW + 1,
          causeKeys: [],
        },
        summary: 'v41 (unhealthy since)',
      },
      {
        ...{ kind: 'change', tenantId: 'acme', signalId: 'c2', targetId: 'db', at: NOW + 2, causeKeys: [] },
        summary: 'v41',
      },
    ]);
  });

  it('of a release without kinds have the kind other', async () => {
    const old = { schemaVersion: 1, signalId: 'old', targetId: 'web-1', at: NOW, summary: 'restart' };
    stored.put(
      { pk: 'T#acme', sk: `CHANGE#${new Date(NOW * 1000).toISOString().slice(0, 19)}Z#old`, ...old },
      {},
    );
    expect(await between(NOW, NOW)).toMatchObject([{ signalId: 'old', summary: 'restart' }]);
  });
});
