import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  collectPage,
  listUnder,
  newestBetween,
  newestUnder,
  notExpired,
} from '../../../adapters/aws/dynamodb/tenant-queries.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { pagesOf } from '../../walk-pages.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table: stored, mock, reset } = memoryDynamo(client);
const NOW = 1_795_255_500;
const table = { client, tableName: 'registry', now: () => NOW * 1000 + 999 };
const throttled = () => Object.assign(new Error('slow'), { name: 'ThrottlingException' });

const add = (sk: string, over: Record<string, unknown> = {}): void =>
  stored.put({ pk: 'T#acme', sk, expiresAt: NOW + 1, ...over }, {});
const sks = (items: readonly Record<string, unknown>[]) => items.map(({ sk }) => sk);

beforeEach(() => {
  reset();
  for (const n of [1, 2, 3, 4, 5]) add(`RUN#${n}`, { even: n % 2 === 0 });
  add('RUM#9');
  add('RUO#0');
  stored.put({ pk: 'T#globex', sk: 'RUN#3', expiresAt: NOW + 1 }, {});
});

describe('the newest items of a range', () => {
  it('include both ends and what has expired, newest first', async () => {
    add('RUN#2', { expiresAt: NOW - 1 });
    const range = { from: 'RUN#2', to: 'RUN#4', limit: 10, doing: 'reading runs' };
    expect(sks(await newestBetween(table, 'acme', range))).toEqual(['RUN#4', 'RUN#3', 'RUN#2']);
    expect(sks(await newestBetween(table, 'acme', { ...range, limit: 2 }))).toEqual(['RUN#4', 'RUN#3']);
  });
});

describe('the newest items under a prefix', () => {
  const under = { prefix: 'RUN#', limit: 3, doing: 'reading runs' };

  it('are those of the tenant, newest first', async () => {
    expect(sks(await newestUnder(table, 'acme', under))).toEqual(['RUN#5', 'RUN#4', 'RUN#3']);
    expect(sks(await newestUnder(table, 'globex', under))).toEqual(['RUN#3']);
  });

  it('omit expired items, which DynamoDB removes later', async () => {
    add('RUN#5', { expiresAt: NOW });
    add('RUN#4', { expiresAt: NOW + 1 });
    expect(sks(await newestUnder(table, 'acme', under))).toEqual(['RUN#4', 'RUN#3']);
    expect(notExpired(table)).toEqual({ expression: 'expiresAt > :now', values: { ':now': NOW } });
  });

  it('are retriable if the table is throttled, naming what failed', async () => {
    mock.on(QueryCommand).rejects(throttled());
    const reading = newestUnder(table, 'acme', under);
    await expect(reading).rejects.toThrow(DependencyUnavailableError);
    await expect(reading).rejects.toThrow('reading runs: ThrottlingException: slow');
  });
});

describe('the pages of a list', () => {
  const list = (limit: number, cursor?: string, over: object = {}) =>
    listUnder(table, 'acme', {
      ...{
        scope: 'runs:acme',
        prefix: 'RUN#',
        page: { limit, cursor },
        order: 'by key',
        doing: 'listing runs',
      },
      ...over,
    });
  const walk = async (limit: number, over: object = {}) => {
    const pages = await pagesOf((page) => list(page.limit, page.cursor, over), limit);
    return pages.map(sks);
  };

  it('end without an empty page', async () => {
    expect(await walk(2)).toEqual([['RUN#1', 'RUN#2'], ['RUN#3', 'RUN#4'], ['RUN#5']]);
    expect(await walk(5)).toEqual([['RUN#1', 'RUN#2', 'RUN#3', 'RUN#4', 'RUN#5']]);
    expect(await walk(4, { order: 'newest first' })).toEqual([
      ['RUN#5', 'RUN#4', 'RUN#3', 'RUN#2'],
      ['RUN#1'],
    ]);
  });

  it('contain each item once, for any page size and filter', async () => {
    const filter = { expression: 'even = :yes', values: { ':yes': true } };
    const numbers = fc.uniqueArray(fc.integer({ min: 100, max: 999 }), { maxLength: 25 });
    const property = fc.asyncProperty(
      numbers,
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      async (ns, limit, all) => {
        reset();
        for (const n of ns) add(`RUN#${n}`, { even: n % 2 === 0 });
        const wanted = ns.filter((n) => all || n % 2 === 0).sort((a, b) => a - b);
        const pages = await walk(limit, all ? {} : { filter });
        expect(pages.flat()).toEqual(wanted.map((n) => `RUN#${n}`));
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
      },
    );
    await fc.assert(property);
  });

  it('are short under a filter, but continue', async () => {
    const filter = { expression: 'even = :yes', values: { ':yes': true } };
    const first = await list(2, undefined, { filter });
    expect(sks(first.items)).toEqual(['RUN#2']);
    expect(first.nextCursor).toBeDefined();
  });

  it('reject the cursor of another list', async () => {
    const { nextCursor } = await list(2);
    await expect(list(2, nextCursor, { scope: 'runs:globex' })).rejects.toThrow(InvalidInputError);
  });

  it('are retriable if the table is throttled', async () => {
    mock.on(QueryCommand).rejects(throttled());
    await expect(list(2)).rejects.toThrow('listing runs: ThrottlingException: slow');
  });
});

describe('a page that is collected by several queries', () => {
  /** Each query returns the next items of `batches`; the position is the number of the batch. */
  const collect = async (batches: readonly (readonly number[])[], limit: number, start?: number) => {
    const asked: (number | undefined)[] = [];
    const page = await collectPage(
      limit,
      start,
      async (at) => {
        asked.push(at);
        const batch = (at ?? -1) + 1;
        const items = (batches[batch] ?? []).map((n) => ({ n }));
        return { items, next: batch + 1 < batches.length ? batch : undefined };
      },
      ({ n }) => 1000 + Number(n),
    );
    return { asked, next: page.next, ns: page.items.map(({ n }) => n) };
  };

  it('stops when it has more items than it may return, and continues after its last item', async () => {
    expect(await collect([[1, 2], [3, 4], [5]], 3)).toEqual({
      asked: [undefined, 0],
      ns: [1, 2, 3],
      next: 1003,
    });
  });

  it('ends with the list', async () => {
    expect(await collect([[1], [], [2]], 5)).toEqual({
      asked: [undefined, 0, 1],
      ns: [1, 2],
      next: undefined,
    });
    expect(await collect([[1, 2]], 2)).toEqual({ asked: [undefined], ns: [1, 2], next: undefined });
  });

  it('continues after the last item that was read if it is full but the list is not at its end', async () => {
    expect(await collect([[1], [2], [3]], 1)).toEqual({ asked: [undefined, 0], ns: [1], next: 1001 });
  });

  it('is short after eight queries', async () => {
    const { asked, ns, next } = await collect(
      Array.from({ length: 20 }, () => []),
      5,
    );
    expect([asked.length, ns, next]).toEqual([8, [], 7]);
  });

  it('starts at the cursor', async () => {
    expect(await collect([[1], [2], [3]], 5, 1)).toEqual({ asked: [1], ns: [3], next: undefined });
  });
});
