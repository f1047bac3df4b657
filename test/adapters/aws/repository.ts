/** Repositories with a call of each of their methods, from which the test of isolation is generated. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { NOW } from './stored-kind.ts';

/** A table and a bucket in memory that behave as those of AWS, shared by all tenants. */
export const sharedStorage = () => {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const s3 = new S3Client({ region: 'us-east-1' });
  const indexes = {
    byRisk: { partition: 'riskPk', sort: 'risk' },
    byKey: { partition: 'keyId', sort: 'sk' },
  };
  const { table } = memoryDynamo(dynamo, { indexes });
  const { objects } = memoryBucket(s3);
  return {
    table: {
      ...{ client: dynamo, tableName: 'shared', now: () => NOW * 1000, retentionDays: 35 },
      telemetry: { count: () => {}, error: () => {}, info: () => {} },
    },
    bucket: { client: s3, bucketName: 'shared' },
    /** Everything stored, by key. */
    content: (): ReadonlyMap<string, unknown> =>
      new Map<string, unknown>([
        ...table.items.map((item) => [`${String(item.pk)} ${String(item.sk)}`, item] as const),
        ...[...objects].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')] as const),
      ]),
  };
};
export type SharedStorage = ReturnType<typeof sharedStorage>;

/** Why a method serves all tenants. */
export interface AcrossTenants {
  readonly acrossTenants: string;
}

/** Calls a method as a tenant. The ids are the same for every tenant. */
export type Call<Port> = (port: Port, tenantId: string) => unknown;

/** The types demand an entry for each method of the port. */
export type Calls<Port> = { readonly [Method in keyof Port]: Call<Port> | AcrossTenants };

/** A repository of some storage. */
export interface OpenRepository {
  /** Stores what the methods expect of other repositories. */
  readonly prepare: (tenantId: string) => Promise<unknown>;
  /** Calls a method as a tenant. */
  readonly call: (method: string, tenantId: string) => Promise<unknown>;
}

export interface Repository {
  readonly name: string;
  /** Methods that act for one tenant, in an order in which each finds what it needs. */
  readonly methods: readonly string[];
  /** One instance for all tenants, as a process has it, so that what it keeps in memory is tested, too. */
  readonly open: (storage: SharedStorage) => OpenRepository;
}

const isCall = <Port>(entry: Call<Port> | AcrossTenants): entry is Call<Port> => typeof entry === 'function';

const nothing = async () => {};

/** @param name name of the port, followed by that of the adapter if it has several */
export const repository = <Port extends object>(
  name: string,
  make: (storage: SharedStorage) => Port,
  calls: Calls<Port>,
  prepare: (storage: SharedStorage, tenantId: string) => Promise<unknown> = nothing,
): Repository => {
  const entries = Object.entries<Call<Port> | AcrossTenants>(calls);
  const called = new Map(
    entries.flatMap(([method, entry]) => (isCall(entry) ? [[method, entry] as const] : [])),
  );
  return {
    name,
    methods: [...called.keys()],
    open: (storage) => {
      const port = make(storage);
      return {
        prepare: (tenantId) => prepare(storage, tenantId),
        call: async (method, tenantId) => called.get(method)?.(port, tenantId),
      };
    },
  };
};
