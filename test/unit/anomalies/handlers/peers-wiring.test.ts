import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, describe, expect, it, vi } from 'vitest';

describe('the exported handlers', () => {
  const dynamo = mockClient(DynamoDBDocumentClient);
  const lambda = mockClient(LambdaClient);
  const context = { functionName: 'f', awsRequestId: 'r' } as Context;

  beforeAll(() => {
    const names = [
      'TARGETS_TABLE_NAME',
      'SETTINGS_TABLE_NAME',
      'BLOCKS_TABLE_NAME',
      'ANOMALIES_TABLE_NAME',
      'FORECAST_BUCKET_NAME',
      'EVENT_BUS_NAME',
    ];
    for (const name of [...names, 'COMPARE_PEERS_FUNCTION_NAME', 'CHECK_SILENCE_FUNCTION_NAME'])
      vi.stubEnv(name, name.toLowerCase());
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  });

  it('plan from the table of targets and invoke the comparer', async () => {
    const lastSeen = Math.floor(Date.now() / 1000);
    const items = ['a', 'b', 'c', 'd'].map((targetId) => ({
      ...{ targetId, profile: 'web', metrics: [], firstSeen: 1, lastSeen, v: 1, schemaVersion: 1 },
    }));
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ sk: 'acme' }] })
      .resolves({ Items: items });
    lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    const { handler } = await import('../../../../functions/anomalies/plan-peer-comparison/index.ts');
    expect(await handler({}, context)).toEqual({ tenants: 1, groups: 1 });
    const { input } = lambda.commandCalls(InvokeCommand)[0]!.args[0];
    expect(input.FunctionName).toBe('compare_peers_function_name');
  });

  it('start a silence check for each tenant', async () => {
    lambda.reset();
    dynamo.on(QueryCommand).resolves({ Items: [{ sk: 'acme' }, { sk: 'globex' }] });
    lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    const { handler } = await import('../../../../functions/anomalies/start-silence-checks/index.ts');
    expect(await handler({ scheduledAt: '2026-11-21T10:07:00Z' }, context)).toEqual({ tenants: 2 });
    const inputs = lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ FunctionName }) => FunctionName)).toEqual(
      Array(2).fill('check_silence_function_name'),
    );
    const works = inputs.map(({ Payload }) => JSON.parse(Buffer.from(Payload as Uint8Array).toString()));
    expect(works).toEqual([{ tenantId: 'acme' }, { tenantId: 'globex' }]);
  });

  it('name their error', async () => {
    const { handler } = await import('../../../../functions/anomalies/compare-peers/index.ts');
    await expect(handler({}, context)).rejects.toMatchObject({ name: 'InvalidInputError' });
  });
});
