/** Runs the commands that the documents show on a deployment; `test/architecture/commands.test.ts` finds them all. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CloudFormationClient, CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, RestoreTableToPointInTimeCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { invokeAsAction } from './alarm-ways.ts';
import { OF_OPERATORS, ON_A_DEPLOYMENT } from './command-lines.ts';
import { commandShell, writeFiles } from './command-shell.ts';
import { drained, useSession } from './pipeline-client.ts';

const session = inject('session');
const shell = commandShell(session.port);
const { environment, now } = shell;

beforeAll(() => {
  useSession(session);
  const [python, script] = ['.local/venv/bin/python', 'test/e2e/aws-command.py'];
  shell.executable('aws', `${join(shell.root, python)} ${join(shell.root, script)}`);
  Object.assign(environment, { URL: session.url, KEY: session.apiKey });
  Object.assign(environment, { FORESTALL_URL: session.url, FORESTALL_API_KEY: session.apiKey });
  writeFiles(shell);
});
afterAll(() => shell.remove());

/** An incident of this deployment, opened by an alarm. */
const openIncident = async (): Promise<string> => {
  await invokeAsAction(session, 'commands-alarm', 'commands-function', now);
  const client = new ApiClient({ url: session.url, apiKey: session.apiKey });
  for (let waited = 0; waited < 120; waited++) {
    for await (const { id, status, targets } of client.incidents())
      if (status === 'open' && targets.includes('commands-function')) return id;
    await wait(1000);
  }
  throw new Error('the alarm opened no incident');
};

/** A table of targets, as DynamoDB restores one. Its keys never collide with those of settings. */
const restoredTable = async (): Promise<string> => {
  const SourceTableName = requireOutput(session.outputs, 'TargetsTableName');
  const TargetTableName = 'commands-restored';
  await new DynamoDBClient().send(new RestoreTableToPointInTimeCommand({ SourceTableName, TargetTableName }));
  return TargetTableName;
};

describe('forestall on a deployment', () => {
  beforeAll(async () => {
    environment.INCIDENT = await openIncident();
    environment.COPY = await restoredTable();
  });

  it.each(ON_A_DEPLOYMENT)('%s', async (line) => {
    const output = await shell.run(line);
    // A run plans with the targets that are stored.
    if (line.startsWith('forestall ingest')) await drained();
    if (line.startsWith('forestall runs start')) environment.RUN = JSON.parse(output).id;
    if (line.startsWith('forestall keys create')) environment.API_KEY = JSON.parse(output).id;
    expect(output).not.toMatch(/undefined|NaN|\[object/);
  });
});

const deadLetterQueue = async (): Promise<string> => {
  const sqs = new SQSClient();
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const QueueUrl = QueueUrls.find((url) => url.includes('DeadLetter'));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
};

const eventSource = async () => {
  const { EventSourceMappings = [] } = await new LambdaClient().send(new ListEventSourceMappingsCommand({}));
  const { UUID = '', FunctionArn = '' } = EventSourceMappings[0] ?? {};
  return { uuid: UUID, functionName: FunctionArn.split(':')[6] ?? '' };
};

/** A payload with its reason, where store-metrics puts what it cannot store. */
const parkPayload = async (Bucket: string): Promise<string> => {
  const key = 'quarantine/tenant=acme/payload';
  const put = (Key: string, Body: string) => new S3Client().send(new PutObjectCommand({ Bucket, Key, Body }));
  await put(key, 'payload');
  await put(`${key}.reason.json`, '{"reason":"damaged"}');
  return key;
};

/** A bucket to empty and delete. */
const ownBucket = async (): Promise<string> => {
  const Bucket = 'commands-bucket';
  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'one', Body: '1' }));
  return Bucket;
};

/** A change set of a new stack, as `cdk deploy` makes one. */
const makeChangeSet = async (): Promise<void> => {
  const [StackName, ChangeSetName] = ['commands', 'commands'];
  const TemplateBody = JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
  await new CloudFormationClient().send(
    new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType: 'CREATE', TemplateBody }),
  );
  Object.assign(environment, { STACK: StackName, CHANGE_SET: ChangeSetName });
};

/** The id of a key to rotate and revoke. */
const ingestKey = async (): Promise<string> => {
  const client = new ApiClient({ url: session.url, apiKey: session.apiKey });
  return (await client.createApiKey({ name: 'commands', scopes: ['ingest'] }, randomUUID())).id;
};

describe('commands of operators', () => {
  beforeAll(async () => {
    await makeChangeSet();
    environment.DEAD_LETTERS = await deadLetterQueue();
    environment.PLAN_PEER_COMPARISON = requireOutput(session.outputs, 'PlanPeerComparisonFunctionName');
    environment.ISSUE_API_KEY_FUNCTION = requireOutput(session.outputs, 'IssueApiKeyFunctionName');
    environment.CHECK_SILENCE = requireOutput(session.outputs, 'CheckSilenceFunctionName');
    environment.SIGNING_SECRET = requireOutput(session.outputs, 'SigningSecretArn');
    environment.ROTATE_SECRET = requireOutput(session.outputs, 'RotateSecretFunctionName');
    environment.SECRET_DRILL = requireOutput(session.outputs, 'SecretDrillStateMachineArn');
    environment.REPORT_BUCKET = requireOutput(session.outputs, 'ReportBucketName');
    environment.REENCRYPT_VAULT = requireOutput(session.outputs, 'ReencryptVaultFunctionName');
    environment.CHECK_SECRETS = requireOutput(session.outputs, 'CheckSecretsFunctionName');
    environment.RAW_BUCKET = requireOutput(session.outputs, 'RawBucketName');
    environment.PARKED = await parkPayload(environment.RAW_BUCKET);
    environment.API_KEY = await ingestKey();
    environment.USER_POOL_ID = requireOutput(session.outputs, 'UserPoolId');
    environment.TABLE = requireOutput(session.outputs, 'TargetsTableName');
    environment.FORECAST_BUCKET = requireOutput(session.outputs, 'ForecastBucketName');
    const { uuid, functionName } = await eventSource();
    environment.EVENT_SOURCE = uuid;
    environment.STORE_METRICS = functionName;
    environment.TOPIC = requireOutput(session.outputs, 'AlarmSignalsTopicArn');
    environment.OWN_BUCKET = await ownBucket();
    environment.DISPATCH = requireOutput(session.outputs, 'DispatchStateMachineArn');
  });

  it.each(Object.values(OF_OPERATORS))('%s', async (line) => {
    const output = await shell.run(line);
    expect(output).not.toBe('');
    expect(output).not.toContain('"FunctionError"');
  });
});
