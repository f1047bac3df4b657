import type { ChangeRecord, ChangeSummary } from '../../core/changes/change.ts';
import type { DeploymentStore, StoredChange } from '../../core/changes/ports.ts';
import type { DeployExample } from '../../core/changes/risk/engine/risk-model.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { atVersion, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItems } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import {
  type Clock,
  listUnder,
  newestBetween,
  newestUnder,
  notExpired,
} from '../aws/dynamodb/tenant-queries.ts';
import { changeSks } from '../incidents/item-keys.ts';
import { entryItem, OUTCOME, outcomeItem, readEntryItem, readRecordItem, recordItem } from './change-item.ts';
import { changeRecordKey, outcomeSks } from './item-keys.ts';

/** As long as execution names are reserved: until then, a repeated report is the same change. */
const KEPT_SECONDS = 90 * DAY_SECONDS;
const MAX_DURING = 500;

export interface DeploymentStoreOptions extends DynamoTable, Clock {
  /** Counts and logs changes that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

/** Record, list entry and outcome are written together, so that they never disagree. */
const putsOf = (tableName: string, stored: StoredChange, outcome: DeployExample | undefined) => {
  const { record, revision } = stored;
  const expiresAt = Math.max(record.at, record.recordedAt) + KEPT_SECONDS;
  const others = [entryItem(record), ...(outcome === undefined ? [] : [outcomeItem(record, outcome)])];
  return [
    { Put: { TableName: tableName, Item: { ...recordItem(stored), expiresAt }, ...atVersion(revision - 1) } },
    ...others.map((item) => ({ Put: { TableName: tableName, Item: { ...item, expiresAt } } })),
  ];
};

/** False if another writer was first. */
const put = async (
  options: DeploymentStoreOptions,
  stored: StoredChange,
  outcome?: DeployExample,
): Promise<boolean> => {
  const puts = putsOf(options.tableName, stored, outcome);
  return (await writeTogether(options, 'storing a change', puts)) === 'written';
};

const get = async (
  options: DeploymentStoreOptions,
  tenantId: string,
  changeId: string,
): Promise<StoredChange | undefined> => {
  const item = await getItem(options, changeRecordKey(tenantId, changeId), 'reading a change');
  return item === undefined ? undefined : readRecordItem(item);
};

const create = async (options: DeploymentStoreOptions, record: ChangeRecord) => {
  const stored: StoredChange = { record, pending: [], revision: 1 };
  if (await put(options, stored)) return { stored, isNew: true };
  const known = await get(options, record.tenantId, record.changeId);
  if (known === undefined)
    throw new DependencyUnavailableError(`another request is recording the change ${record.changeId}`);
  return { stored: known, isNew: false };
};

const readEntries = (
  { telemetry }: DeploymentStoreOptions,
  tenantId: string,
  items: readonly Item[],
): ChangeSummary[] => readListed(items, (item) => readEntryItem(tenantId, item), telemetry);

const list: (options: DeploymentStoreOptions) => DeploymentStore['list'] =
  (options) => async (tenantId, page) => {
    const { items, nextCursor } = await listUnder(options, tenantId, {
      ...{ scope: `changes:${tenantId}`, prefix: changeSks.first, page, order: 'newest first' },
      ...{ filter: notExpired(options), doing: 'listing changes' },
    });
    return { items: readEntries(options, tenantId, items), nextCursor };
  };

/** Changes and their outcomes, kept for ninety days. */
export const dynamoDeploymentStore = (options: DeploymentStoreOptions): DeploymentStore => ({
  create: (record) => create(options, record),
  get: (tenantId, changeId) => get(options, tenantId, changeId),
  update: async (changed, before, outcome) => {
    const stored = { ...changed, revision: before + 1 };
    return (await put(options, stored, outcome)) ? stored : undefined;
  },
  list: list(options),
  during: async (tenantId, from, to) => {
    const range = { from: changeSks.from(from), to: changeSks.until(to) };
    const query = { ...range, limit: MAX_DURING, doing: 'reading changes' };
    return readEntries(options, tenantId, await newestBetween(options, tenantId, query));
  },
  outcomes: async (tenantId, limit) => {
    const query = { prefix: outcomeSks.first, limit, doing: 'reading outcomes' };
    return readItems(OUTCOME, await newestUnder(options, tenantId, query), options.telemetry);
  },
});
