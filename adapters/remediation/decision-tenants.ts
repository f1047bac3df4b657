import type { DecisionTenants } from '../../core/remediation/ports.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { listTenants } from '../aws/dynamodb/tenant-list.ts';

/** Tenants in the list that the first decision of each adds it to. */
export const dynamoDecisionTenants = (table: DynamoTable): DecisionTenants => ({
  listTenants: () => listTenants(table),
});
