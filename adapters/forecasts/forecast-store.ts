import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { decodeForecasts, encodeForecasts } from '../../core/forecasts/codec/forecast-codec.ts';
import type { ForecastStore } from '../../core/forecasts/ports.ts';
import type { TargetForecast } from '../../core/forecasts/target-forecast.ts';
import { targetPk } from '../aws/dynamodb/item-key.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { FORECAST, forecastPartSk } from './item-keys.ts';

/** Leaves room below DynamoDB's 400 KB for keys and attribute names. */
const PART_BYTES = 350_000;

const Part = z.object({
  sk: z.string(),
  data: z.instanceof(Uint8Array),
  runId: z.string(),
  parts: z.number(),
  expiresAt: z.number(),
});
type Part = z.infer<typeof Part>;

export interface ForecastStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds: expired items may linger for days before DynamoDB removes them. */
  readonly now: () => number;
}

/** The newest run wins; a repeat of the same run overwrites itself. */
const NEWEST_WINS =
  'attribute_not_exists(pk) OR issuedAt < :issuedAt OR (issuedAt = :issuedAt AND runId <= :runId)';

const writesOf = (tableName: string, forecast: TargetForecast, expiresAt: number) => {
  const encoded = encodeForecasts(forecast, PART_BYTES);
  const { tenantId, targetId, runId, issuedAt } = forecast;
  return encoded.map((data, part) => ({
    TableName: tableName,
    Item: {
      pk: targetPk(tenantId, targetId),
      sk: forecastPartSk(part),
      data,
      runId,
      issuedAt,
      parts: encoded.length,
      model: forecast.metrics[0]?.forecast.model ?? 'none',
      expiresAt,
    },
    ConditionExpression: NEWEST_WINS,
    ExpressionAttributeValues: { ':issuedAt': issuedAt, ':runId': runId },
  }));
};

const lostToNewer = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed'));

/** The parts that belong together: those of the run that wrote the first one last, and that have not expired. */
const currentParts = (parts: readonly Part[], nowSeconds: number): readonly Part[] => {
  const first = parts.find(({ sk }) => sk === forecastPartSk(0));
  if (first === undefined || first.expiresAt <= nowSeconds) return [];
  const wanted = Array.from({ length: first.parts }, (_, part) => forecastPartSk(part));
  return wanted.flatMap((sk) => parts.filter((part) => part.sk === sk && part.runId === first.runId));
};

const readParts = async ({ client, tableName }: ForecastStoreOptions, pk: string): Promise<Part[]> => {
  const parts: Part[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': pk, ':sk': FORECAST },
        ExclusiveStartKey: from,
      }),
    );
    parts.push(...z.array(Part).parse(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return parts;
};

const write = async (options: ForecastStoreOptions, forecast: TargetForecast, expiresAt: number) => {
  const writes = writesOf(options.tableName, forecast, expiresAt);
  const [only, ...more] = writes;
  if (only !== undefined && more.length === 0) await options.client.send(new PutCommand(only));
  else {
    const TransactItems = writes.map((Put) => ({ Put }));
    await options.client.send(new TransactWriteCommand({ TransactItems }));
  }
};

/** Forecasts in the hot table: one item per target, or several written together where one would be too large. */
export const dynamoForecastStore = (options: ForecastStoreOptions): ForecastStore => ({
  put: async (forecast, expiresAt) => {
    try {
      await withSdkErrors('storing a forecast', () => write(options, forecast, expiresAt));
    } catch (error) {
      if (!lostToNewer(error)) throw error;
    }
  },
  get: async (tenantId, targetId) => {
    const pk = targetPk(tenantId, targetId);
    const parts = await withSdkErrors('reading a forecast', () => readParts(options, pk));
    const decoded = currentParts(parts, options.now() / 1000).map(({ data }) => decodeForecasts(data));
    const [first] = decoded;
    return first && { ...first, metrics: decoded.flatMap(({ metrics }) => metrics) };
  },
});
