import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dynamoRemediationStore } from '../../../../adapters/remediation/remediation-store.ts';
import type { NewDecision } from '../../../../core/remediation/decision.ts';
import { memoryDynamo } from '../../../fakes/dynamodb/memory-dynamo.ts';
import { memoryBucket } from '../../../fakes/s3/memory-bucket.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { decision, NOW } from '../audit/decision-samples.ts';

const scheduledAt = '2026-11-22T00:40:00Z';

describe('the deployed handler', () => {
  const dynamo = memoryDynamo(DynamoDBDocumentClient);
  const { objects } = memoryBucket(S3Client);

  const decide = async (...decisions: readonly NewDecision[]) => {
    const { makeDocumentClient } = await import('../../../../adapters/aws/clients.ts');
    const { telemetry } = recordedTelemetry();
    const table = { client: makeDocumentClient(), tableName: 't', now: () => NOW * 1000, telemetry };
    const store = dynamoRemediationStore(table);
    const { head } = await store.state('acme');
    await store.commit({ tenantId: 'acme', head, decisions: [decision(), ...decisions] });
  };

  beforeAll(async () => {
    vi.stubEnv('REMEDIATIONS_TABLE_NAME', 'remediations');
    vi.stubEnv('DECISION_BUCKET_NAME', 'decisions');
    await decide(decision());
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
  const invoke = async (event: unknown) => {
    const { handler } = await import('../../../../functions/remediation/anchor-decisions/index.ts');
    return handler(event, { awsRequestId: 'r' } as never);
  };

  it('anchors as of the scheduled time, once', async () => {
    for (let n = 0; n < 2; n++) expect(await invoke({ scheduledAt })).toEqual({ tenants: 1 });
    expect([...objects.keys()]).toEqual(['anchors/acme/2026-11-22T00:40:00Z.json']);
    const [anchor] = [...objects.values()].map((bytes) => JSON.parse(Buffer.from(bytes).toString()));
    expect(anchor).toMatchObject({ sequence: 2, at: Date.parse(scheduledAt) / 1000, schemaVersion: 1 });
  });

  it('fails if a decision since the last anchor was changed in the table', async () => {
    await decide();
    const [first, , third] = dynamo.table.items.filter(({ sk }) => String(sk).startsWith('DECISION#'));
    dynamo.table.put({ ...third, data: first?.data }, {});
    await expect(invoke({ scheduledAt: '2026-11-23T00:40:00Z' })).rejects.toThrow('acme do not verify');
    expect(objects.size).toBe(1);
  });

  it('refuses another input', async () => {
    await expect(invoke({})).rejects.toMatchObject({ name: 'InvalidInputError' });
  });
});
