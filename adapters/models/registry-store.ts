import { EMPTY_LINE_UP, type LineUp } from '../../core/models/line-up.ts';
import type { ModelVersion } from '../../core/models/model-version.ts';
import type { ModelScope, ModelStore, ModelWrite } from '../../core/models/ports.ts';
import { EMPTY_BOOK } from '../../core/models/training-run.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import type { Versioned } from '../../core/shared/versioned.ts';
import { atVersion, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { ItemKey } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { listUnder } from '../aws/dynamodb/tenant-queries.ts';
import { nextItem, readVersioned, type VersionedFormat } from '../aws/dynamodb/versioned-item.ts';
import { bookKey, lineUpKey, rolloutKey, trainingKey, versionKey, versionsOf } from './item-keys.ts';
import { BOOK, LINE_UP, MODEL, ROLLOUT, TRAINING } from './model-item.ts';

export interface RegistryStoreOptions extends DynamoTable {
  /** Counts and logs versions that the list skips because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

const read = async <Content>(
  table: DynamoTable,
  format: VersionedFormat<Content>,
  key: ItemKey,
): Promise<Versioned<Content> | undefined> => {
  const item = await getItem(table, key, `reading a ${format.kind}`);
  return item && readVersioned(format, item);
};

interface ConditionalPut {
  readonly Item: Item;
  /** The item must still have it. */
  readonly revision: number;
}

const put = <Content>(
  format: VersionedFormat<Content>,
  key: ItemKey,
  given: Versioned<Content>,
  shown: Item = {},
): ConditionalPut => ({ Item: { ...nextItem(format, key, given), ...shown }, revision: given.revision });

/** Shown in the console without unpacking the rest. */
const championOf = ({ champion, challenger }: LineUp): Item => ({
  champion,
  ...(challenger === null ? {} : { challenger: challenger.version }),
});

const putsOf = (write: ModelWrite): readonly ConditionalPut[] => {
  const { scope, lineUp, version, rollout, run, book } = write;
  return [
    ...(lineUp ? [put(LINE_UP, lineUpKey(scope), lineUp, championOf(lineUp.item))] : []),
    ...(version ? [put(MODEL, versionKey(scope, version.item.version), version)] : []),
    ...(rollout
      ? [put(ROLLOUT, rolloutKey(scope, rollout.item.rolloutId), rollout, { status: rollout.item.status })]
      : []),
    ...(run ? [put(TRAINING, trainingKey(scope, run.item.runId), run, { status: run.item.status })] : []),
    ...(book ? [put(BOOK, bookKey(scope), book)] : []),
  ];
};

const commit = async (table: DynamoTable, write: ModelWrite): Promise<boolean> => {
  const TableName = table.tableName;
  const puts = putsOf(write).map(({ Item, revision }) => ({
    Put: { TableName, Item, ...atVersion(revision) },
  }));
  return puts.length === 0 || (await writeTogether(table, 'storing a step of a model', puts)) === 'written';
};

const list = async (
  options: RegistryStoreOptions,
  { tenantId, kind }: ModelScope,
  page: PageRequest,
): Promise<Page<ModelVersion>> => {
  const { items, nextCursor } = await listUnder(options, tenantId, {
    ...{ scope: `models:${tenantId}:${kind}`, prefix: versionsOf(kind), page, order: 'newest first' },
    doing: 'listing versions of a model',
  });
  const model = (item: Item): ModelVersion => readVersioned(MODEL, item).item;
  return { items: readListed(items, model, options.telemetry), nextCursor };
};

/** Models of all tenants. A step is one transaction: everything that it writes, or nothing. */
export const dynamoModelStore = (options: RegistryStoreOptions): ModelStore => ({
  lineUp: async (scope) =>
    (await read(options, LINE_UP, lineUpKey(scope))) ?? { item: EMPTY_LINE_UP, revision: 0 },
  version: (scope, version) => read(options, MODEL, versionKey(scope, version)),
  rollout: (scope, rolloutId) => read(options, ROLLOUT, rolloutKey(scope, rolloutId)),
  run: (scope, runId) => read(options, TRAINING, trainingKey(scope, runId)),
  book: async (scope) => (await read(options, BOOK, bookKey(scope))) ?? { item: EMPTY_BOOK, revision: 0 },
  commit: (write) => commit(options, write),
  list: (scope, page) => list(options, scope, page),
});
