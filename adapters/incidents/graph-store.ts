import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  type DeclaredEdge,
  type DependencyEdge,
  EDGE_SOURCES,
} from '../../core/incidents/dependency-graph.ts';
import type { GraphStore, StoredGraph } from '../../core/incidents/ports.ts';
import { ConflictError, TooLargeError } from '../../core/shared/errors.ts';
import { objectOf } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { deflated, deflateJson } from '../aws/json-attributes.ts';
import { graphKey } from './item-keys.ts';

type Edges = Pick<StoredGraph, 'declared' | 'observed'>;

const Declared: z.ZodType<DeclaredEdge> = objectOf<DeclaredEdge>()({
  caller: z.string(),
  callee: z.string(),
  isAbsent: z.boolean().exactOptional(),
});

const Observed: z.ZodType<DependencyEdge> = objectOf<DependencyEdge>()({
  caller: z.string(),
  callee: z.string(),
  source: z.enum(EDGE_SOURCES),
  confidence: z.number(),
  calls: z.number().nullable(),
  lastSeen: z.number(),
});

const GraphItem = z.object({
  v: z.number().int().positive(),
  data: deflated<Edges>(objectOf<Edges>()({ declared: z.array(Declared), observed: z.array(Observed) })),
  updatedAt: z.number(),
});
const FORMAT: StoredFormat<z.infer<typeof GraphItem>> = {
  kind: 'dependency graph',
  version: 1,
  schema: GraphItem,
};

/** The API returns the whole graph: two megabytes at this size, where Lambda returns six. */
const MAX_CALLS = 10_000;

/** Each tenant's dependency graph as one item. */
export const dynamoGraphStore = (table: DynamoTable): GraphStore => ({
  get: async (tenantId) => {
    const item = await getItem(table, graphKey(tenantId), 'reading the dependency graph');
    if (item === undefined) return { version: 0, declared: [], observed: [], updatedAt: 0 };
    const { v, data, updatedAt } = readItem(FORMAT, item);
    return { version: v, updatedAt, ...data };
  },
  put: async (tenantId, { version, declared, observed, updatedAt }) => {
    const calls = declared.length + observed.length;
    if (calls > MAX_CALLS)
      throw new TooLargeError(`the topology would have ${calls} calls: the limit is ${MAX_CALLS}`);
    const Item = {
      ...graphKey(tenantId),
      ...schemaVersionOf(FORMAT),
      ...{ v: version + 1, data: deflateJson({ declared, observed }), updatedAt },
    };
    const put = new PutCommand({ TableName: table.tableName, Item, ...atVersion(version) });
    if (await ifConditionHolds('storing the dependency graph', () => table.client.send(put))) return;
    throw new ConflictError('the topology was changed in the meantime: read it again and repeat the change');
  },
});
