/** Runs the commands that the documents show and the npm scripts; `test/architecture/commands.test.ts` finds them all. */

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CloudFormationClient, CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, RestoreTableToPointInTimeCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { toolEnvironment } from '../../local/emulator/environment.ts';
import { npmScripts } from '../architecture/documented-commands.ts';
import { assertionOf, metadataOf, posted, responseOf, signed } from '../fixtures/saml.ts';
import { selfSigned } from '../fixtures/self-signed-certificate.ts';
import {
  faultyWindow,
  graph,
  graphToCsv,
  normalRows,
  target,
  toCsv,
} from '../unit/incidents/diagnosis/sample-app.ts';
import { invokeAsAction } from './alarm-ways.ts';
import { ELSEWHERE, OF_DEVELOPERS, OF_OPERATORS, ON_A_DEPLOYMENT, ON_FILES } from './command-lines.ts';
import { drained, useSession } from './pipeline-client.ts';
import { exportedDecisions } from './sample-decisions.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'forestall-commands-'));
const session = inject('session');
const now = Math.floor(Date.now() / 300_000) * 300;

/** Without the variables of Vitest, which would reach the tests that some commands run. */
const withoutVitest = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_OPTIONS$|^TEST$/.test(name)),
);
const environment: Record<string, string> = {
  ...toolEnvironment(root, session.port, withoutVitest),
  ROOT: root,
  FOLDER: folder,
  URL: session.url,
  KEY: session.apiKey,
  NOW: String(now),
  FORESTALL_URL: session.url,
  FORESTALL_API_KEY: session.apiKey,
};

const bash = (command: string, cwd: string) =>
  promisify(execFile)('bash', ['-o', 'pipefail', '-c', command], { cwd, env: environment, maxBuffer: 1e8 });
/** Runs a command line in the test's folder, and fails unless it exits 0. */
const shell = async (command: string, cwd = folder): Promise<string> => (await bash(command, cwd)).stdout;

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const executable = (name: string, command: string): void =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });

const rowsOf = (count: number, step: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${now - (count - i) * step},${of(i)}\n`).join('');
const wave = (index: number): string => (40 + 20 * Math.sin(index / 46) + (index % 7)).toFixed(2);

const writeFiles = (): void => {
  write('wave.csv', `timestamp,value\n${rowsOf(3 * 288, 300, wave)}`);
  write(
    'month.csv',
    `timestamp,value,uptime\n${rowsOf(40 * 24, 3600, (i) => `${wave(i)},${(i % 200) * 3600}`)}`,
  );
  write(
    'points.csv',
    `timestamp,target,metric,value\n${rowsOf(12, 300, (i) => `commands-host,disk_percent,${wave(i)}`)}`,
  );
  write('hours.csv', `timestamp,value\n${rowsOf(40 * 24, 3600, wave)}`);
  write('policy.json', JSON.stringify({ environments: { shop: { stage: 'suggest' } } }));
  write('calls.json', '[{"caller": "commands-host", "callee": "commands-db"}]');
  write('decisions.jsonl', exportedDecisions());
  write('graph.csv', graphToCsv(graph));
  write('window.csv', toCsv(faultyWindow('disk')));
  write('target.json', JSON.stringify(target()));
  write('normal.csv', toCsv(normalRows(60, -30_000)));
  const provider = selfSigned('idp');
  write('metadata.xml', metadataOf([provider]));
  write('response.txt', posted(signed(responseOf(assertionOf()), 'Assertion', provider)));
  copyFileSync(join(root, 'test/fixtures/changes/cdk-diff-coloured.txt'), join(folder, 'diff.txt'));
};

beforeAll(() => {
  useSession(session);
  mkdirSync(join(folder, 'bin'));
  executable('forestall', `node ${join(root, 'cli/forestall.mjs')}`);
  executable('aws', `${join(root, '.local/venv/bin/python')} ${join(root, 'test/e2e/aws-command.py')}`);
  environment.PATH = `${join(folder, 'bin')}:${environment.PATH}`;
  writeFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('forestall on files', () => {
  it.each(ON_FILES)('%s', async (line) => {
    expect(await shell(line)).not.toBe('');
  });
});

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
    const output = await shell(line);
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
    const output = await shell(line);
    expect(output).not.toBe('');
    expect(output).not.toContain('"FunctionError"');
  });
});

describe('commands for developers', () => {
  it.each([...new Set(Object.values(OF_DEVELOPERS))])('%s', async (line) => {
    await shell(line, root);
  });

  it('npm run format formats', async () => {
    const copy = join(folder, 'format');
    mkdirSync(copy);
    for (const file of ['package.json', 'biome.json', '.gitignore'])
      copyFileSync(join(root, file), join(copy, file));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, 'crooked.ts'), 'export   const one = "1"\n');
    await shell('npm run format', copy);
    expect(readFileSync(join(copy, 'crooked.ts'), 'utf8')).toBe("export const one = '1';\n");
  });

  it('npm run check is a sequence of scripts that run', () => {
    const { check = '' } = npmScripts();
    expect(Object.keys({ ...OF_DEVELOPERS, ...ELSEWHERE })).toEqual(
      expect.arrayContaining(check.split(' && ')),
    );
  });
});
