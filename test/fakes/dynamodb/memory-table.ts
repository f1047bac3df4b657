/** One DynamoDB table in memory, with the guarantees and errors that the stores rely on. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Bindings, compare, conditionOf, InvalidRequest, type Item } from './expressions.ts';
import { updateOf } from './updates.ts';

const MAX_ITEM_BYTES = 400 * 1024;

export interface Index {
  readonly partition: string;
  readonly sort: string;
}
const TABLE_KEY: Index = { partition: 'pk', sort: 'sk' };

export interface Write extends Bindings {
  readonly ConditionExpression?: string | undefined;
}

const bytesOf = (value: unknown): number => {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).reduce((sum, [name, each]) => sum + name.length + bytesOf(each), 0);
  return Buffer.byteLength(String(value));
};

/** Undefined attributes are omitted, as configured in the document client. */
const stored = (item: Item): Item =>
  structuredClone(Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)));

const textKey = (item: Item, attribute: 'pk' | 'sk'): string => {
  const value = item[attribute];
  if (typeof value !== 'string' || value === '') throw new InvalidRequest(`the key ${attribute} is missing`);
  return value;
};

const refuseUnused = (bindings: Bindings, used: ReadonlySet<string>): void => {
  const given = [bindings.ExpressionAttributeNames, bindings.ExpressionAttributeValues];
  for (const map of given) {
    if (map === undefined) continue;
    if (Object.keys(map).length === 0) throw new InvalidRequest('a map of placeholders is empty');
    const unused = Object.keys(map).find((name) => !used.has(name));
    if (unused !== undefined) throw new InvalidRequest(`${unused} is not used`);
  }
};

export class MemoryTable {
  readonly #items = new Map<string, Item>();
  readonly #indexes: Readonly<Record<string, Index>>;

  constructor(indexes: Readonly<Record<string, Index>> = {}) {
    this.#indexes = indexes;
  }

  /** All items in the order of their keys. */
  get items(): readonly Item[] {
    return [...this.#items.values()]
      .map(stored)
      .sort((a, b) => compare(a.pk, b.pk) || compare(a.sk, b.sk) || 0);
  }
  clear(): void {
    this.#items.clear();
  }
  #keyOf(item: Item): string {
    return `${textKey(item, 'pk')}\u0000${textKey(item, 'sk')}`;
  }

  get(key: Item): Item | undefined {
    if (Object.keys(key).length !== 2) throw new InvalidRequest('the key does not match the schema');
    const found = this.#items.get(this.#keyOf(key));
    return found && stored(found);
  }

  /** @throws ConditionalCheckFailedException if the condition does not hold for the stored item */
  check(key: Item, write: Write, used = new Set<string>()): void {
    const holds = conditionOf(write.ConditionExpression, write, used);
    refuseUnused(write, used);
    if (!holds(this.#items.get(this.#keyOf(key)) ?? {}))
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
  }

  put(item: Item, write: Write): void {
    this.check(item, write);
    const kept = stored(item);
    if (bytesOf(kept) > MAX_ITEM_BYTES)
      throw new InvalidRequest('Item size has exceeded the maximum allowed size');
    this.#items.set(this.#keyOf(kept), kept);
  }
  delete(key: Item, write: Write): void {
    this.check(key, write);
    this.#items.delete(this.#keyOf(key));
  }
  /** The item as an update would leave it; one that is not stored yet is created. */
  updated(key: Item, UpdateExpression: string, write: Write): Item {
    const used = new Set<string>();
    const change = updateOf(UpdateExpression, write, used);
    this.check(key, write, used);
    return stored(change(this.#items.get(this.#keyOf(key)) ?? { ...key }));
  }
  update(key: Item, UpdateExpression: string, write: Write): Item {
    const after = this.updated(key, UpdateExpression, write);
    this.#items.set(this.#keyOf(key), after);
    return stored(after);
  }

  query(
    input: QueryCommandInput,
    pageItems: number,
  ): { Items: Item[]; Count: number; LastEvaluatedKey?: Item } {
    const used = new Set<string>();
    const matches = conditionOf(input.KeyConditionExpression, input, used);
    const passes = conditionOf(input.FilterExpression, input, used);
    refuseUnused(input, used);
    const index = this.#indexOf(input.IndexName);
    const sign = input.ScanIndexForward === false ? -1 : 1;
    const order = (a: Item, b: Item) =>
      sign * ((compare(a[index.sort], b[index.sort]) ?? 0) || (compare(a.sk, b.sk) ?? 0));
    const start = input.ExclusiveStartKey;
    if (start !== undefined && !matches(start))
      throw new InvalidRequest('The provided starting key is outside query boundaries');
    const range = this.items
      .filter(
        (item) => item[index.partition] !== undefined && item[index.sort] !== undefined && matches(item),
      )
      .sort(order)
      .filter((item) => start === undefined || order(item, start) > 0);
    const limit = Math.min(input.Limit ?? Number.POSITIVE_INFINITY, pageItems);
    const read = range.slice(0, limit);
    const Items = read.filter(passes);
    const last = read.length === limit ? read.at(-1) : undefined;
    return { Items, Count: Items.length, ...(last && { LastEvaluatedKey: keyIn(last, index) }) };
  }
  #indexOf(name: string | undefined): Index {
    const index = name === undefined ? TABLE_KEY : this.#indexes[name];
    if (index === undefined) throw new InvalidRequest(`The table does not have the specified index: ${name}`);
    return index;
  }
}

const keyIn = (item: Item, { partition, sort }: Index): Item =>
  Object.fromEntries([...new Set([partition, sort, 'pk', 'sk'])].map((name) => [name, item[name]]));
