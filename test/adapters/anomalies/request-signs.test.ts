import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { awsRequestSigns } from '../../../adapters/anomalies/request-signs.ts';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const s3 = mockClient(S3Client);
const requests = {
  client: DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })),
  tableName: 'requests',
};
const NOW = Date.parse('2026-11-21T00:10:00Z');
const FROM = NOW / 1000 - 1200;
const signs = awsRequestSigns(requests, {
  raw: { client: new S3Client({ region: 'us-east-1' }), bucketName: 'raw' },
  pointsPerMinute: 1000,
  now: () => NOW,
});

beforeEach(() => {
  dynamo.reset();
  s3.reset();
});

it('reads the points drawn in each minute since, under the keys of the ledger', async () => {
  dynamo.on(QueryCommand).resolves({ Items: [{ drawn: 500 }, { drawn: 1000 }] });
  expect(await signs.pointsDrawn('acme', FROM)).toEqual({ limit: 1000, drawn: [500, 1000] });
  const values = dynamo.commandCalls(QueryCommand)[0]!.args[0].input.ExpressionAttributeValues;
  dynamo.on(UpdateCommand).resolves({ Attributes: { drawn: 1 } });
  const window = { name: 'pointsPerMinute', startsAt: FROM, endsAt: FROM + 60 } as const;
  await dynamoQuotaLedger(requests).draw('acme', window, 1);
  const { pk, sk } = dynamo.commandCalls(UpdateCommand)[0]!.args[0].input.Key!;
  expect(values).toMatchObject({ ':pk': pk, ':from': sk });
});

it('counts the payloads parked since, on both days, without their reasons', async () => {
  const at = (seconds: number) => new Date((FROM + seconds) * 1000);
  const before = { Key: 'quarantine/old', LastModified: at(-1) };
  const payload = { Key: 'quarantine/new', LastModified: at(5) };
  const reason = { Key: 'quarantine/new.reason.json', LastModified: at(5) };
  s3.on(ListObjectsV2Command).resolves({ Contents: [before, payload, reason] });
  expect(await signs.parkedSince('acme', FROM)).toBe(2);
  expect(s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input.Prefix)).toEqual([
    'quarantine/tenant=acme/date=2026-11-20/',
    'quarantine/tenant=acme/date=2026-11-21/',
  ]);
});

it('finds nothing where nothing is', async () => {
  dynamo.on(QueryCommand).resolves({});
  s3.on(ListObjectsV2Command).resolves({});
  expect(await signs.pointsDrawn('acme', FROM)).toEqual({ limit: 1000, drawn: [] });
  expect(await signs.parkedSince('acme', FROM)).toBe(0);
});
