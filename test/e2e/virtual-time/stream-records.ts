/** Records of the stream of blocks, as DynamoDB sends them with the view type NEW_IMAGE. */
import type { Expired } from './stores.ts';

let sequence = 0;

const recordOf = (eventName: string, pk: string, sk: string, change: object, at: number) => ({
  eventID: String(++sequence).padStart(32, '0'),
  eventName,
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'us-east-1',
  dynamodb: {
    ApproximateCreationDateTime: at,
    Keys: { pk: { S: pk }, sk: { S: sk } },
    SequenceNumber: String(sequence).padStart(21, '0'),
    SizeBytes: 200,
    StreamViewType: 'NEW_IMAGE',
    ...change,
  },
  eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/blocks/stream/2026-10-01T00:00:00.000',
});

/** An attribute as it is in a stream record: binary as base64. */
const attribute = (value: unknown): object => {
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  return typeof value === 'number' ? { N: String(value) } : { S: String(value) };
};

const imageOf = (item: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));

/** A written block. `at` in epoch seconds. */
export const writtenRecord = (item: Readonly<Record<string, unknown>>, at: number): object =>
  recordOf(
    item.v === 1 ? 'INSERT' : 'MODIFY',
    String(item.pk),
    String(item.sk),
    { NewImage: imageOf(item) },
    at,
  );

/**
 * A block that expired: the keys, no image, and the service as the identity.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export const expiredRecord = ({ pk, sk }: Expired, at: number): object => ({
  ...recordOf('REMOVE', pk, sk, {}, at),
  userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
});
