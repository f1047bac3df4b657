/** The record of decisions in the deployed stage: anchored by its function, verified by the command, and attacked. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, inject, it } from 'vitest';
import { makeDocumentClient, makeS3Client } from '../../adapters/aws/clients.ts';
import { s3DecisionInputs } from '../../adapters/remediation/decision-inputs.ts';
import { decisionKey } from '../../adapters/remediation/item-keys.ts';
import { dynamoRemediationStore } from '../../adapters/remediation/remediation-store.ts';
import type { NewDecision } from '../../core/remediation/decision.ts';
import { requireOutput } from '../../local/deploy.ts';
import { toolEnvironment } from '../../local/emulator/environment.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { decision } from '../unit/remediation/audit/decision-samples.ts';
import { sampleRemediation } from '../unit/remediation/stored-samples.ts';
import { useSession } from './pipeline-client.ts';

const TENANT = 'e2e-decisions';
const root = join(import.meta.dirname, '..', '..');
const session = inject('session');
const env = toolEnvironment(root, session.port);

let tableName: string;
beforeAll(() => {
  useSession(session);
  tableName = requireOutput(session.outputs, 'RemediationsTableName');
});

const store = () =>
  dynamoRemediationStore({
    ...{ client: makeDocumentClient(), tableName, now: Date.now },
    telemetry: recordedTelemetry().telemetry,
  });

/** Takes a step as a remediation does. */
const decide = async (...decisions: readonly NewDecision[]) => {
  const { head } = await store().state(TENANT);
  const run = await store().get(TENANT, 'r-1');
  const remediation = { item: sampleRemediation({ tenantId: TENANT }), revision: run?.revision ?? 0 };
  return store().commit({ tenantId: TENANT, head, decisions, remediation });
};

const anchor = async (scheduledAt: string) => {
  const invoke = new InvokeCommand({
    FunctionName: requireOutput(session.outputs, 'AnchorDecisionsFunctionName'),
    Payload: Buffer.from(JSON.stringify({ scheduledAt })),
  });
  const { FunctionError, Payload } = await new LambdaClient().send(invoke);
  return { FunctionError, answer: JSON.parse(Buffer.from(Payload ?? []).toString()) };
};

const audit = async (...words: readonly string[]) => {
  const line = ['audit', ...words, '--stage', 'local', '--tenant', TENANT];
  try {
    const { stdout } = await promisify(execFile)('node', [join(root, 'cli/forestall.mjs'), ...line], { env });
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, stdout };
  }
};

it('is anchored and verified, and an edit is found by the command and by the next anchor', async () => {
  const bucket = { client: makeS3Client(), bucketName: requireOutput(session.outputs, 'DecisionBucketName') };
  const inputsHash = await s3DecisionInputs(bucket).put(TENANT, { cpu: 96 });
  expect(await decide(decision({ inputsHash }), decision({ kind: 'approved' }))).toHaveLength(2);
  expect((await anchor('2026-11-21T00:40:00Z')).FunctionError).toBeUndefined();
  await decide(decision({ kind: 'action-begun' }), decision({ kind: 'action-done' }));
  expect(await audit('verify', '--json')).toMatchObject({ code: 0 });
  const verified: unknown = JSON.parse((await audit('verify', '--json')).stdout);
  expect(verified).toEqual({ tenant: TENANT, decisions: 4, anchoredUntil: 2, faults: [] });
  const { stdout } = await audit('export');
  expect(stdout.trim().split('\n').at(2)).toContain(inputsHash);
  expect(stdout).toContain('"inputs":{"cpu":96}');

  const client = makeDocumentClient();
  const key = { TableName: tableName, Key: { ...decisionKey(TENANT, 3) } };
  const { Item: original } = await client.send(new GetCommand(key));
  const other = { TableName: tableName, Key: { ...decisionKey(TENANT, 4) } };
  const { Item: later } = await client.send(new GetCommand(other));
  await client.send(new PutCommand({ TableName: tableName, Item: { ...original, data: later?.data } }));
  const attacked = await audit('verify');
  expect(attacked.code).toBe(3);
  expect(attacked.stdout).toContain('decision 3 is missing');
  const refused = await anchor('2026-11-22T00:40:00Z');
  expect(refused.answer).toMatchObject({ errorType: 'BrokenChainError' });

  await client.send(new PutCommand({ TableName: tableName, Item: original }));
  expect((await anchor('2026-11-22T00:40:00Z')).FunctionError).toBeUndefined();
  expect((await audit('verify')).stdout).toContain('4 decisions, anchored up to 4: the chain is intact');
});

it('lets one of several concurrent steps win', async () => {
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => decide(decision())));
  expect(outcomes.filter((outcome) => outcome !== undefined).length).toBeGreaterThanOrEqual(1);
  const { stdout, code } = await audit('verify', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ decisions: 4 + outcomes.filter((outcome) => outcome !== undefined).length, faults: [] },
  });
});
