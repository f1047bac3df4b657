/** The stores of models keep their promises in memory as in DynamoDB. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { dynamoRouteStore } from '../../../adapters/models/route-store.ts';
import { EMPTY_LINE_UP } from '../../../core/models/line-up.ts';
import type { ModelStore, ModelWrite, RouteStore } from '../../../core/models/ports.ts';
import { compareVersions } from '../../../core/models/semantic-version.ts';
import { EMPTY_BOOK } from '../../../core/models/training-run.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { memoryModelStore, memoryRouteStore } from '../../fakes/models.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import {
  SCOPE,
  sampleBook,
  sampleLineUp,
  sampleRollout,
  sampleRun,
  sampleVersion,
} from '../../unit/models/samples.ts';
import { itemsOf } from '../../walk-pages.ts';

interface Stores {
  readonly models: ModelStore;
  readonly routes: RouteStore;
}

const inMemory = (): Stores => ({ models: memoryModelStore(), routes: memoryRouteStore() });

const awsTable = () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const { mock, table: items } = memoryDynamo(client);
  return { mock, items, table: { client, tableName: 'models', telemetry: recordedTelemetry().telemetry } };
};

const inAws = (): Stores => {
  const { table } = awsTable();
  return { models: dynamoModelStore(table), routes: dynamoRouteStore(table) };
};

const everything = (revision: number): ModelWrite => ({
  scope: SCOPE,
  lineUp: { item: sampleLineUp(), revision },
  version: { item: sampleVersion(), revision },
  rollout: { item: sampleRollout(), revision },
  run: { item: sampleRun(), revision },
  book: { item: sampleBook(), revision },
});

const PARTS = ['lineUp', 'version', 'rollout', 'run', 'book'] as const;

const readAll = async (models: ModelStore, scope = SCOPE) => [
  await models.lineUp(scope),
  await models.version(scope, '0.1.0'),
  await models.rollout(scope, 'rollout-1'),
  await models.run(scope, 'r-1'),
  await models.book(scope),
];

const NOTHING = [
  { item: EMPTY_LINE_UP, revision: 0 },
  undefined,
  undefined,
  undefined,
  { item: EMPTY_BOOK, revision: 0 },
];

describe.each([
  ['in memory', inMemory],
  ['in AWS', inAws],
])('stores %s', (_, make) => {
  it('of a tenant without models are empty', async () => {
    const { models, routes } = make();
    expect(await readAll(models)).toEqual(NOTHING);
    expect(await models.list(SCOPE, { limit: 5 })).toEqual({ items: [], nextCursor: undefined });
    expect(await routes.get('acme')).toEqual({ item: { entries: [] }, revision: 0 });
  });

  it('keep everything of one step, for its tenant and kind alone', async () => {
    const { models } = make();
    expect(await models.commit(everything(0))).toBe(true);
    const { lineUp, version, rollout, run, book } = everything(1);
    expect(await readAll(models)).toEqual([lineUp, version, rollout, run, book]);
    expect(await readAll(models, { ...SCOPE, tenantId: 'other' })).toEqual(NOTHING);
    expect(await readAll(models, { ...SCOPE, kind: 'network' })).toEqual(NOTHING);
  });

  it.each(PARTS)('write nothing of a step if its %s is not as it was read', async (part) => {
    const { models } = make();
    const alone = (revision: number): ModelWrite => ({ scope: SCOPE, [part]: everything(revision)[part] });
    expect(await models.commit(alone(0))).toBe(true);
    const before = await readAll(models);
    for (const revision of [0, 2])
      expect(await models.commit({ ...everything(0), ...alone(revision) })).toBe(false);
    expect(await readAll(models)).toEqual(before);
    expect(await models.commit({ ...everything(0), ...alone(1) })).toBe(true);
  });

  it('let one of several writers win that read the same state', async () => {
    const { models } = make();
    const writers = Array.from({ length: 6 }, (__, index) =>
      models.commit({
        scope: SCOPE,
        lineUp: { item: sampleLineUp({ champion: `0.${index}.0` }), revision: 0 },
        rollout: { item: sampleRollout({ rolloutId: `rollout-${index}` }), revision: 0 },
      }),
    );
    const outcomes = await Promise.all(writers);
    const winner = outcomes.indexOf(true);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await models.lineUp(SCOPE)).item.champion).toBe(`0.${winner}.0`);
    for (const index of [0, 1, 2, 3, 4, 5])
      expect((await models.rollout(SCOPE, `rollout-${index}`)) !== undefined).toBe(index === winner);
  });

  it('refuse what could not be read back, and everything that belongs to it', async () => {
    const { models } = make();
    const broken = { ...sampleRun(), startedAt: -1 };
    await expect(models.commit({ ...everything(0), run: { item: broken, revision: 0 } })).rejects.toThrow();
    expect(await readAll(models)).toEqual(NOTHING);
  });

  it('list versions once each, the newest first, for any page size', async () => {
    const part = fc.integer({ min: 0, max: 120 });
    const versions = fc.uniqueArray(
      fc.tuple(part, part, part).map((parts) => parts.join('.')),
      { maxLength: 12 },
    );
    const property = fc.asyncProperty(versions, fc.integer({ min: 1, max: 5 }), async (all, limit) => {
      const { models } = make();
      for (const version of all) {
        const item = sampleVersion({ version });
        await models.commit({ scope: SCOPE, version: { item, revision: 0 } });
      }
      const found = await itemsOf((page) => models.list(SCOPE, page), limit);
      expect(found.map(({ version }) => version)).toEqual(all.toSorted((a, b) => compareVersions(b, a)));
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('replace a routing table only if it is as it was read', async () => {
    const { routes } = make();
    const entry = { kind: 'fleet-trees', region: null, follows: 'shared' as const, pinned: null };
    const table = (revision: number) => ({ item: { entries: [entry] }, revision });
    expect(await routes.replace('acme', table(1))).toBe(false);
    expect(await Promise.all([0, 0].map((revision) => routes.replace('acme', table(revision))))).toEqual([
      true,
      false,
    ]);
    expect(await routes.get('acme')).toEqual(table(1));
    const twice = { item: { entries: [entry, entry] }, revision: 1 };
    await expect(routes.replace('acme', twice)).rejects.toThrow();
    expect(await routes.get('acme')).toEqual(table(1));
  });
});

describe('the store in AWS', () => {
  it('moves the champion with the rollout in one transaction, under the revisions that were read', async () => {
    const { mock, table } = awsTable();
    const { lineUp, rollout } = everything(3);
    await dynamoModelStore(table).commit({
      scope: SCOPE,
      ...(lineUp && { lineUp }),
      ...(rollout && { rollout }),
    });
    const [sent, ...more] = mock.commandCalls(TransactWriteCommand);
    expect(more).toEqual([]);
    const writes = sent?.args[0].input.TransactItems ?? [];
    expect(writes.map(({ Put }) => [Put?.Item?.sk, Put?.ConditionExpression])).toEqual([
      ['LINEUP#fleet-trees', 'v = :v'],
      ['ROLLOUT#fleet-trees#rollout-1', 'v = :v'],
    ]);
    expect(writes[0]?.Put?.Item).toMatchObject({ champion: '0.0.0', v: 4 });
  });

  it('shows the challenger of a line-up beside the champion', async () => {
    const { items, table } = awsTable();
    const challenger = {
      ...{ version: '0.1.0', stage: 'canary' as const, share: 0.05, enrolled: 0.1 },
      ...{ rolloutId: 'rollout-1', fence: 1, leaseUntil: 9 },
    };
    const item = sampleLineUp({ challenger });
    await dynamoModelStore(table).commit({ scope: SCOPE, lineUp: { item, revision: 0 } });
    expect(items.items).toMatchObject([{ champion: '0.0.0', challenger: '0.1.0' }]);
  });

  it('writes nothing for a step that changes nothing', async () => {
    const { mock, table } = awsTable();
    expect(await dynamoModelStore(table).commit({ scope: SCOPE })).toBe(true);
    expect(mock.commandCalls(TransactWriteCommand)).toEqual([]);
  });
});
