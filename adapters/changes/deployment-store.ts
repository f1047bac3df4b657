import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ChangeRecord, ChangeSummary, summaryOf } from '../../core/changes/change.ts';
import { CHANGES_SOURCE, type ChangesEvent, RemediationProposed } from '../../core/changes/events.ts';
import type { DeploymentStore, StoredChange } from '../../core/changes/ports.ts';
import { ChangeFeatures } from '../../core/changes/risk/engine/change-features.ts';
import type { DeployExample } from '../../core/changes/risk/engine/risk-model.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { deflateJson, inflateJson } from '../aws/deflated-json.ts';
import { tenantKey, tenantPk } from '../aws/dynamodb/item-key.ts';
import { newestBetween, newestUnder } from '../aws/dynamodb/tenant-items.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { changeSks } from '../incidents/item-keys.ts';
import { changeEntryKey, changeRecordKey, outcomeKey, outcomeSks } from './item-keys.ts';

/** As long as executions keep their names, so that a change that is told again is the same for so long. */
const KEPT_SECONDS = 90 * DAY_SECONDS;
const MOST_DURING = 500;

export interface DeploymentStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds: expired items may linger for days before DynamoDB removes them. */
  readonly now: () => number;
}

const Packed = z.object({ v: z.number().int().positive(), data: z.instanceof(Uint8Array) });
const Pending = z.object({
  name: z.literal('RemediationProposed'),
  source: z.literal(CHANGES_SOURCE),
  detail: RemediationProposed,
});
const Content = z.object({ record: ChangeRecord, pending: z.array(Pending) });
/** What was recorded before changes had kinds has none of these. */
const Listed = z.object({
  ...ChangeSummary.omit({ changeId: true }).shape,
  signalId: z.string(),
  kind: ChangeSummary.shape.kind.default('other'),
  health: ChangeSummary.shape.health.default('not-watched'),
});

const listedItem = (record: ChangeRecord) => {
  const { tenantId, changeId, ...summary } = summaryOf(record);
  const item: Omit<z.infer<typeof Listed>, never> = { ...summary, signalId: changeId };
  return { ...changeEntryKey(tenantId, record.at, changeId), ...item };
};

const recordItem = (record: ChangeRecord, pending: readonly ChangesEvent[], revision: number) => ({
  ...changeRecordKey(record.tenantId, record.changeId),
  v: revision,
  data: deflateJson({ record, pending }),
});

const storedOf = (item: unknown): StoredChange => {
  const { v, data } = Packed.parse(item);
  const { record, pending } = Content.parse(inflateJson(data));
  return { record, revision: v, pending };
};

const outcomeItem = ({ tenantId, changeId, at }: ChangeRecord, outcome: DeployExample) => ({
  ...outcomeKey(tenantId, at, changeId),
  ...outcome,
});

interface Write {
  readonly record: ChangeRecord;
  readonly pending: readonly ChangesEvent[];
  readonly revision: number;
  readonly outcome?: DeployExample | undefined;
}

/** Record and list entry are written together, so that they never disagree. */
const transactionOf = (tableName: string, { record, pending, revision, outcome }: Write) => {
  const condition =
    revision === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': revision - 1 } };
  const items = [listedItem(record), ...(outcome === undefined ? [] : [outcomeItem(record, outcome)])];
  const expiresAt = Math.max(record.at, record.recordedAt) + KEPT_SECONDS;
  const Item = { ...recordItem(record, pending, revision), expiresAt };
  return [
    { Put: { TableName: tableName, Item, ...condition } },
    ...items.map((item) => ({ Put: { TableName: tableName, Item: { ...item, expiresAt } } })),
  ];
};

/** False when somebody else was faster. */
const put = async ({ client, tableName }: DeploymentStoreOptions, write: Write): Promise<boolean> => {
  const command = new TransactWriteCommand({ TransactItems: transactionOf(tableName, write) });
  try {
    await withSdkErrors('storing a change', () => client.send(command));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
    if (codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict'))
      return false;
    throw new DependencyUnavailableError(`storing a change: ${codes.join(', ')}`, { cause: error });
  }
};

const get = async (
  { client, tableName }: DeploymentStoreOptions,
  tenantId: string,
  changeId: string,
): Promise<StoredChange | undefined> => {
  const Key = changeRecordKey(tenantId, changeId);
  const command = new GetCommand({ TableName: tableName, Key, ConsistentRead: true });
  const { Item } = await withSdkErrors('reading a change', () => client.send(command));
  return Item === undefined ? undefined : storedOf(Item);
};

const create = async (options: DeploymentStoreOptions, record: ChangeRecord) => {
  const stored: StoredChange = { record, pending: [], revision: 1 };
  if (await put(options, stored)) return { stored, isNew: true };
  const known = await get(options, record.tenantId, record.changeId);
  if (known === undefined)
    throw new DependencyUnavailableError(`${record.changeId} is being recorded by somebody else`);
  return { stored: known, isNew: false };
};

const summaryFrom = (tenantId: string, item: unknown): ChangeSummary => {
  const { signalId, ...listed } = Listed.parse(item);
  return { tenantId, changeId: signalId, ...listed };
};

const list: (options: DeploymentStoreOptions) => DeploymentStore['list'] =
  ({ client, tableName, now }) =>
  async (tenantId, { limit, cursor }) => {
    const scope = `changes:${tenantId}`;
    const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, z.tuple([z.string()]))[0];
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      FilterExpression: 'expiresAt > :now',
      ExpressionAttributeValues: {
        ':pk': tenantPk(tenantId),
        ':sk': changeSks.first,
        ':now': Math.floor(now() / 1000),
      },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: after === undefined ? undefined : tenantKey(tenantId, after),
    });
    const { Items = [], LastEvaluatedKey } = await withSdkErrors('listing changes', () => client.send(query));
    const last = z.object({ sk: z.string() }).safeParse(LastEvaluatedKey).data?.sk;
    return {
      items: Items.map((item) => summaryFrom(tenantId, item)),
      nextCursor: last === undefined ? undefined : encodeCursor(scope, [last]),
    };
  };

const during = async (
  options: DeploymentStoreOptions,
  tenantId: string,
  from: number,
  to: number,
): Promise<ChangeSummary[]> => {
  const range = { from: changeSks.from(from), to: changeSks.until(to) };
  const about = { ...range, limit: MOST_DURING, doing: 'reading changes' };
  return (await newestBetween(options, tenantId, about)).map((item) => summaryFrom(tenantId, item));
};

const Outcome = z.object({ features: ChangeFeatures, wasUnhealthy: z.boolean() });

const outcomes = async (
  options: DeploymentStoreOptions,
  tenantId: string,
  limit: number,
): Promise<DeployExample[]> => {
  const about = { prefix: outcomeSks.first, limit, doing: 'reading outcomes' };
  return z.array(Outcome).parse(await newestUnder(options, tenantId, about));
};

/** Changes in the registry table, kept for ninety days: a short entry by time, all of it by id, and what it teaches. */
export const dynamoDeploymentStore = (options: DeploymentStoreOptions): DeploymentStore => ({
  create: (record) => create(options, record),
  get: (tenantId, changeId) => get(options, tenantId, changeId),
  update: async (changed, before, outcome) => {
    const stored = { ...changed, revision: before + 1 };
    return (await put(options, { ...stored, outcome })) ? stored : undefined;
  },
  list: list(options),
  during: (tenantId, from, to) => during(options, tenantId, from, to),
  outcomes: (tenantId, limit) => outcomes(options, tenantId, limit),
});
