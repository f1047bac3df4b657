import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A table, and the client to reach it. */
export interface DynamoTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** An item as the document client returns it. */
export type Item = Record<string, unknown>;
