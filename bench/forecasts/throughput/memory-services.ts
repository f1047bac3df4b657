/** In-memory AWS clients that count the bytes written. The real adapters use them, without a network. */
import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

const ObjectInput = z.object({
  Key: z.string(),
  Body: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
});
const ItemInput = z.object({
  Item: z.object({ sk: z.string(), data: z.instanceof(Uint8Array) }).optional(),
  TransactItems: z.array(z.unknown()).optional(),
});

/** Bytes written since the last reset. */
export class Written {
  puts = 0;
  /** Bytes by first folder of the key (`runs/.../states` counts as `states`). */
  readonly objectBytes = new Map<string, number>();
  /** Data of items, without their keys and other attributes. */
  readonly itemBytes: number[] = [];

  object(key: string, bytes: number): void {
    const kind = /\/(states|results|batches)\//.exec(key)?.[1] ?? key.split('/')[0]!;
    this.puts++;
    this.objectBytes.set(kind, (this.objectBytes.get(kind) ?? 0) + bytes);
  }
}

const stream = (bytes: Uint8Array) => ({
  transformToString: async () => Buffer.from(bytes).toString(),
  transformToByteArray: async () => bytes,
});

/** An S3 client that stores objects in a map. */
export const memoryS3 = (written: Written, objects = new Map<string, Uint8Array>()): S3Client => {
  const send = async (command: { readonly input: unknown }) => {
    const { Key, Body } = ObjectInput.parse(command.input);
    if (Body === undefined) {
      const found = objects.get(Key);
      if (found === undefined) throw new NoSuchKey({ $metadata: {}, message: Key });
      return { Body: stream(found), ETag: '"1"' };
    }
    const bytes = Buffer.from(Body);
    objects.set(Key, bytes);
    written.object(Key, bytes.length);
    return {};
  };
  return { send } as unknown as S3Client;
};

/** A DynamoDB client that accepts forecast items and counts their bytes. */
export const weighingDynamo = (written: Written): DynamoDBDocumentClient => {
  const send = async (command: { readonly input: unknown }) => {
    const { Item } = ItemInput.parse(command.input);
    if (Item !== undefined) written.itemBytes.push(Item.data.length);
    return {};
  };
  return { send } as unknown as DynamoDBDocumentClient;
};
