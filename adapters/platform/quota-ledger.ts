import { createHash } from 'node:crypto';
import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { QuotaLedger } from '../../core/platform/access/ports.ts';
import type { QuotaWindow } from '../../core/platform/api/quotas.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { notedKey, quotaKey } from './item-keys.ts';

/** Long enough to inspect a counter, short enough to cost nothing. */
const KEPT_SECONDS = HOUR_SECONDS;
const UPDATES_AT_ONCE = 16;

const Counter = z.object({ drawn: z.number() });
const Noted = z.object({ things: z.set(z.string()) });

export interface LedgerOptions extends DynamoTable {
  readonly pace?: Pace;
}

interface Thing {
  readonly id: string;
  /** 66 bits of a hash: two of a million things have the same with a probability of one in 10^8. */
  readonly hash: string;
  /** One of 256 items: each stays below 1 KB, a single write unit, up to 20,000 things. */
  readonly part: string;
}

const thingOf = (id: string): Thing => {
  const digest = createHash('sha256').update(id, 'utf8').digest();
  return { id, hash: digest.toString('base64url').slice(-11), part: digest.toString('hex', 0, 1) };
};

/** Returns the attributes that the input asks for. */
const update = async (
  { client, tableName }: DynamoTable,
  { endsAt }: QuotaWindow,
  input: Pick<UpdateCommandInput, 'Key' | 'UpdateExpression' | 'ReturnValues'>,
  added: unknown,
): Promise<Item | undefined> => {
  const request = new UpdateCommand({
    TableName: tableName,
    ...input,
    ExpressionAttributeValues: { ':added': added, ':expiresAt': endsAt + KEPT_SECONDS },
  });
  return (await withSdkErrors('drawing from a quota', () => client.send(request))).Attributes;
};

/** Counts the units drawn from each window in atomic updates, and notes hashes of the things that drew one. */
export const dynamoQuotaLedger = (table: LedgerOptions): QuotaLedger => {
  /** Returns what the part held before. */
  const notePart = async (tenantId: string, window: QuotaWindow, part: string, hashes: Set<string>) => {
    const input = {
      Key: { ...notedKey(tenantId, window, part) },
      UpdateExpression: 'ADD things :added SET expiresAt = :expiresAt',
      ReturnValues: 'ALL_OLD' as const,
    };
    const before = await update(table, window, input, hashes);
    return before === undefined ? new Set<string>() : Noted.parse(before).things;
  };
  return {
    draw: async (tenantId, window, units) => {
      const input = {
        Key: { ...quotaKey(tenantId, window) },
        UpdateExpression: 'ADD drawn :added SET expiresAt = :expiresAt',
        ReturnValues: 'UPDATED_NEW' as const,
      };
      return Counter.parse(await update(table, window, input, units)).drawn - units;
    },
    noted: async (tenantId, window, ids) => {
      const things = ids.map(thingOf);
      const parts = [...new Set(things.map(({ part }) => part))];
      const keys = parts.map((part) => notedKey(tenantId, window, part));
      const items = await batchGet(table, keys, table.pace ?? defaultPace);
      const hashes = new Set(items.flatMap((item) => [...Noted.parse(item).things]));
      return new Set(things.filter(({ hash }) => hashes.has(hash)).map(({ id }) => id));
    },
    note: async (tenantId, window, ids) => {
      const parts = Object.entries(Object.groupBy(ids.map(thingOf), ({ part }) => part));
      const repeated = await inParallel(UPDATES_AT_ONCE, parts, async ([part, things = []]) => {
        const before = await notePart(tenantId, window, part, new Set(things.map(({ hash }) => hash)));
        return things.filter(({ hash }) => before.has(hash)).map(({ id }) => id);
      });
      return new Set(repeated.flat());
    },
  };
};
