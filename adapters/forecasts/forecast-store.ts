import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { decodeForecasts, encodeForecasts } from '../../core/forecasts/codec/forecast-codec.ts';
import type { ForecastStore } from '../../core/forecasts/ports.ts';
import type { TargetForecast } from '../../core/forecasts/target-forecast.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../core/shared/errors.ts';
import { ifConditionHolds, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import { targetPk } from '../aws/dynamodb/item-key.ts';
import { readBinaryItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import type { Clock } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { FORECAST, forecastPartSk } from './item-keys.ts';

/** Leaves room below DynamoDB's 400 KB for keys and attribute names. */
const PART_BYTES = 350_000;

/** A part of a forecast; the codec checks the format of `data` by its first byte. */
const Part = z.object({
  sk: z.string(),
  data: z.instanceof(Uint8Array),
  runId: z.string(),
  parts: z.number(),
  expiresAt: z.number(),
});
type Part = z.infer<typeof Part>;

/** The newest run wins; a repeat of the same run overwrites its own forecast. */
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

/** The parts that belong together: those of the run that wrote the first one last, and that have not expired. */
const currentParts = (parts: readonly Part[], nowSeconds: number): readonly Part[] => {
  const first = parts.find(({ sk }) => sk === forecastPartSk(0));
  if (first === undefined || first.expiresAt <= nowSeconds) return [];
  const wanted = Array.from({ length: first.parts }, (_, part) => forecastPartSk(part));
  return wanted.flatMap((sk) => parts.filter((part) => part.sk === sk && part.runId === first.runId));
};

const readParts = async ({ client, tableName }: DynamoTable, pk: string): Promise<Part[]> => {
  const parts: Part[] = [];
  let from: Item | undefined;
  do {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': pk, ':sk': FORECAST },
      ExclusiveStartKey: from,
    });
    const page = await withSdkErrors('reading a forecast', () => client.send(query));
    parts.push(...(page.Items ?? []).map((item) => readBinaryItem('forecast', Part, item)));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return parts;
};

/** @throws UnreadableItemError: an error about input would blame the caller of the API */
const decode = (pk: string, { sk, data }: Part): TargetForecast => {
  try {
    return decodeForecasts(data);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new UnreadableItemError(`forecast ${pk} ${sk}`, error.message, error);
  }
};

/** False, and nothing is written, if a newer run has stored a forecast. */
const write = async (table: DynamoTable, forecast: TargetForecast, expiresAt: number): Promise<boolean> => {
  const writes = writesOf(table.tableName, forecast, expiresAt);
  const doing = 'storing a forecast';
  const [only, ...more] = writes;
  if (only !== undefined && more.length === 0)
    return ifConditionHolds(doing, () => table.client.send(new PutCommand(only)));
  const puts = writes.map((Put) => ({ Put }));
  const outcome = await writeTogether(table, doing, puts);
  if (outcome === 'conflict')
    throw new DependencyUnavailableError(`${doing}: another run is storing a forecast of the same target`);
  return outcome === 'written';
};

/** The newest forecast of each target: one item, or several that are written together if one would be too large. */
export const dynamoForecastStore = (options: DynamoTable & Clock): ForecastStore => ({
  put: (forecast, expiresAt) => write(options, forecast, expiresAt),
  get: async (tenantId, targetId) => {
    const pk = targetPk(tenantId, targetId);
    const parts = currentParts(await readParts(options, pk), options.now() / 1000);
    const decoded = parts.map((part) => decode(pk, part));
    const [first] = decoded;
    return first && { ...first, metrics: decoded.flatMap(({ metrics }) => metrics) };
  },
});
