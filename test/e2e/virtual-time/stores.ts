/** Tables and buckets of a deployment in an emulator, for handlers that run in the test process. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Context table -> environment variable of its name. */
export const TABLES = {
  apiKeys: 'API_KEYS_TABLE_NAME',
  requests: 'REQUESTS_TABLE_NAME',
  settings: 'SETTINGS_TABLE_NAME',
  blocks: 'BLOCKS_TABLE_NAME',
  targets: 'TARGETS_TABLE_NAME',
  forecasts: 'FORECASTS_TABLE_NAME',
  anomalies: 'ANOMALIES_TABLE_NAME',
  incidents: 'INCIDENTS_TABLE_NAME',
  changes: 'CHANGES_TABLE_NAME',
  remediations: 'REMEDIATIONS_TABLE_NAME',
} as const;
export type Table = keyof typeof TABLES;
export const BUCKETS = {
  raw: 'RAW_BUCKET_NAME',
  forecast: 'FORECAST_BUCKET_NAME',
  decision: 'DECISION_BUCKET_NAME',
} as const;

const tableNames = Object.keys(TABLES) as Table[];

const definitionOf = (TableName: Table): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    ...(TableName === 'forecasts'
      ? [
          { AttributeName: 'riskPk', AttributeType: 'S' as const },
          { AttributeName: 'risk', AttributeType: 'N' as const },
        ]
      : []),
  ],
  ...(TableName === 'forecasts'
    ? {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byRisk',
            KeySchema: [
              { AttributeName: 'riskPk', KeyType: 'HASH' as const },
              { AttributeName: 'risk', KeyType: 'RANGE' as const },
            ],
            Projection: { ProjectionType: 'ALL' as const },
          },
        ],
      }
    : {}),
});

export interface Expired {
  readonly table: Table;
  readonly pk: string;
  readonly sk: string;
}

/** The stores, and what AWS does to them as time passes. */
export class VirtualStores {
  readonly #dynamo = new DynamoDBClient();
  readonly #s3 = new S3Client({ forcePathStyle: true });

  async create(): Promise<void> {
    for (const name of tableNames) await this.#dynamo.send(new CreateTableCommand(definitionOf(name)));
    for (const Bucket of Object.keys(BUCKETS)) await this.#s3.send(new CreateBucketCommand({ Bucket }));
  }

  /** Items of a table: their keys and expiry. */
  async keysOf(table: Table): Promise<(Expired & { readonly expiresAt: number | undefined })[]> {
    const found: (Expired & { readonly expiresAt: number | undefined })[] = [];
    let from: Record<string, never> | undefined;
    do {
      const page = await this.#dynamo.send(
        new ScanCommand({
          TableName: table,
          ProjectionExpression: 'pk, sk, expiresAt',
          ExclusiveStartKey: from,
        }),
      );
      for (const { pk, sk, expiresAt } of page.Items ?? [])
        found.push({
          ...{ table, pk: pk?.S ?? '', sk: sk?.S ?? '' },
          expiresAt: expiresAt?.N === undefined ? undefined : Number(expiresAt.N),
        });
      from = page.LastEvaluatedKey as Record<string, never> | undefined;
    } while (from !== undefined);
    return found;
  }

  /** Deletes items that expired before `at` (epoch seconds), as DynamoDB does within days, and returns them. */
  async expire(at: number): Promise<Expired[]> {
    const expired: Expired[] = [];
    for (const name of tableNames)
      for (const item of await this.keysOf(name)) {
        if (item.expiresAt === undefined || item.expiresAt > at) continue;
        const Key = { pk: { S: item.pk }, sk: { S: item.sk } };
        await this.#dynamo.send(new DeleteItemCommand({ TableName: name, Key }));
        expired.push(item);
      }
    return expired;
  }

  async deleteObject(Bucket: string, Key: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }

  close(): void {
    this.#dynamo.destroy();
    this.#s3.destroy();
  }
}
