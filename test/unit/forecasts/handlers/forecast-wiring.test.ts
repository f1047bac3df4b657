import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { DEFAULT_QUOTAS } from '../../../../lib/config/default-quotas.ts';
import { local } from '../../../../lib/config/local.ts';
import { stageCeiling } from '../../../../lib/remediation/stage-ceiling.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const context = { functionName: 'f', awsRequestId: 'r' } as Context;

beforeAll(() => {
  const names = [
    'API_KEYS_TABLE_NAME',
    'REQUESTS_TABLE_NAME',
    'SETTINGS_TABLE_NAME',
    'BLOCKS_TABLE_NAME',
    'TARGETS_TABLE_NAME',
    'FORECASTS_TABLE_NAME',
    'ANOMALIES_TABLE_NAME',
    'INCIDENTS_TABLE_NAME',
    'CHANGES_TABLE_NAME',
    'REMEDIATIONS_TABLE_NAME',
    'DECISION_BUCKET_NAME',
    'FORECAST_BUCKET_NAME',
    'EVENT_BUS_NAME',
    'USER_POOL_ID',
    'USER_POOL_CLIENT_ID',
    'TOKEN_SIGNING_SECRET_ARN',
  ];
  for (const name of names) vi.stubEnv(name, name.toLowerCase());
  vi.stubEnv('FORECAST_STATE_MACHINE_ARN', 'arn:aws:states:us-east-1:000000000000:stateMachine:fleet');
  vi.stubEnv('FORECAST_CADENCE_MINUTES', '60');
  vi.stubEnv('TENANT_QUOTAS', JSON.stringify(DEFAULT_QUOTAS));
  vi.stubEnv('REMEDIATION_CEILING', JSON.stringify(stageCeiling(local)));
  vi.stubEnv('MAX_ACTIVE_RUNS', '2');
  vi.stubEnv('FORECAST_SPREAD_MINUTES', '10');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

describe('the exported handlers', () => {
  it('list tenants from the table of targets', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [{ sk: 'acme' }] });
    const { handler } = await import('../../../../functions/forecasts/list-tenants/index.ts');
    const { runs } = await handler({ input: {}, startedAt: '2026-11-21T10:05:00Z', after: '' }, context);
    expect(runs).toMatchObject([{ tenantId: 'acme' }]);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.TableName).toBe('targets_table_name');
  });

  it.each([
    ['plan-forecast-run', () => import('../../../../functions/forecasts/plan-forecast-run/index.ts')],
    ['forecast-batch', () => import('../../../../functions/forecasts/forecast-batch/index.ts')],
    ['close-forecast-run', () => import('../../../../functions/forecasts/close-forecast-run/index.ts')],
  ])('%s names its error as workflows match it', async (_, load) => {
    const { handler } = await load();
    await expect(handler({}, context)).rejects.toMatchObject({ name: 'InvalidInputError' });
  });

  it('start-forecast-run requires a key', async () => {
    const { handler } = await import('../../../../functions/forecasts/start-forecast-run/index.ts');
    expect(await handler(httpEvent('POST', '/v1/forecast-runs'), context)).toMatchObject({ statusCode: 401 });
  });

  it('query-api responds', async () => {
    const { handler } = await import('../../../../functions/api/query-api/index.ts');
    expect(await handler(httpEvent('GET', '/v1/health'), context)).toMatchObject({ statusCode: 200 });
    expect(await handler(httpEvent('GET', '/v1/targets'), context)).toMatchObject({ statusCode: 401 });
  });
});
