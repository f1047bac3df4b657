import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { chunksOf, inParallel } from '../../../core/shared/in-parallel.ts';
import { type Pace, pause } from '../paced-retry.ts';
import { withSdkErrors } from '../sdk-failure.ts';
import type { ItemKey } from './item-key.ts';
import type { DynamoTable, Item } from './table.ts';

/** Eventually consistent reads cost half, and may miss the writes of the last second. */
export type Consistency = 'strong' | 'eventual';

const KEYS_PER_CALL = 100;
const CALLS_AT_ONCE = 4;
const FRUITLESS_ATTEMPTS = 6;

const getChunk = async (
  { client, tableName }: DynamoTable,
  keys: readonly ItemKey[],
  pace: Pace,
  consistency: Consistency,
): Promise<Item[]> => {
  const items: Item[] = [];
  let wanted: Item[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let fruitless = 0; wanted.length > 0; ) {
    const request = {
      RequestItems: { [tableName]: { Keys: wanted, ConsistentRead: consistency === 'strong' } },
    };
    const answer = await withSdkErrors('reading items', () => client.send(new BatchGetCommand(request)));
    const found = answer.Responses?.[tableName] ?? [];
    items.push(...found);
    wanted = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (wanted.length === 0) break;
    // A full response (16 MB) also leaves keys unread; only an empty response counts as throttled.
    fruitless = found.length > 0 ? 0 : fruitless + 1;
    if (fruitless === FRUITLESS_ATTEMPTS)
      throw new DependencyUnavailableError(`reading items: DynamoDB left ${wanted.length} keys unread`);
    if (fruitless > 0) await pause(pace, fruitless);
  }
  return items;
};

/**
 * Reads items by key, strongly consistent by default, in any number; keys without an item have no result.
 * @throws DependencyUnavailableError if the table keeps throttling
 */
export const batchGet = async (
  table: DynamoTable,
  keys: readonly ItemKey[],
  pace: Pace,
  consistency: Consistency = 'strong',
): Promise<Item[]> => {
  const chunks = chunksOf(KEYS_PER_CALL, keys);
  return (
    await inParallel(CALLS_AT_ONCE, chunks, (chunk) => getChunk(table, chunk, pace, consistency))
  ).flat();
};
