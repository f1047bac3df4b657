/** Plants problems in the deployment, and does what `forestall doctor` says about them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeAlarmsCommand, DisableAlarmActionsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLogGroupsCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { DisableRuleCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetScheduleCommand, ListSchedulesCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import {
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import {
  ListQueuesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeOperatorClients } from '../../adapters/platform/deployment/clients.ts';
import type { CheckResult, Finding } from '../../core/platform/doctor/check.ts';
import { requireOutput } from '../../local/deploy.ts';
import { toolEnvironment } from '../../local/emulator/environment.ts';
import { useSession } from './pipeline-client.ts';

const root = join(import.meta.dirname, '..', '..');
const session = inject('session');
const env = toolEnvironment(root, session.port);
const run = promisify(execFile);
let clients: ReturnType<typeof makeOperatorClients>;

/** Exit code and results of `forestall doctor`. */
const doctor = async (): Promise<{ code: number; checks: readonly CheckResult[] }> => {
  const words = [join(root, 'cli/forestall.mjs'), 'doctor', '--stage', 'local', '--json'];
  const { code, stdout } = await run('node', words, { env, maxBuffer: 1e8 }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, checks: JSON.parse(stdout).checks };
};

const findingsOf = (checks: readonly CheckResult[], name: string): readonly Finding[] =>
  checks.find(({ check }) => check === name)?.findings ?? [];

/** Runs a command as the doctor prints it, with a stand-in for the AWS CLI that checks its parameters. */
const follow = async (action: string): Promise<void> => {
  const aws = `${join(root, '.local/venv/bin/python')} ${join(root, 'test/e2e/aws-command.py')}`;
  const command = /aws .*/.exec(action)?.[0] ?? '';
  await run('bash', ['-c', command.replaceAll(/(?<=^|&& )aws /g, `${aws} `)], { env });
};

const deadLetterQueue = async (): Promise<string> => {
  const { QueueUrls = [] } = await clients.queues.send(new ListQueuesCommand({}));
  return QueueUrls.find((url) => /Ingest.*DeadLetters/.test(url)) ?? '';
};

const disableSchedule = async (): Promise<void> => {
  const { Schedules: [first] = [] } = await clients.schedules.send(
    new ListSchedulesCommand({ NamePrefix: 'Forestall' }),
  );
  const { FlexibleTimeWindow, ScheduleExpression, Target, Name } = await clients.schedules.send(
    new GetScheduleCommand({ Name: first?.Name ?? '' }),
  );
  await clients.schedules.send(
    new UpdateScheduleCommand({ Name, FlexibleTimeWindow, ScheduleExpression, Target, State: 'DISABLED' }),
  );
};

const disableRule = async (): Promise<void> => {
  const EventBusName = requireOutput(session.outputs, 'EventBusName');
  const { Rules = [] } = await clients.events.send(new ListRulesCommand({ EventBusName }));
  const Name = Rules.find((rule) => /Incidents/.test(rule.Name ?? ''))?.Name;
  await clients.events.send(new DisableRuleCommand({ Name, EventBusName }));
};

const disableEventSource = async (): Promise<void> => {
  const { EventSourceMappings: [first] = [] } = await clients.functions.send(
    new ListEventSourceMappingsCommand({}),
  );
  await clients.functions.send(new UpdateEventSourceMappingCommand({ UUID: first?.UUID, Enabled: false }));
};

const muteAlarm = async (): Promise<void> => {
  const { MetricAlarms: [alarm] = [] } = await clients.alarms.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: 'Forestall' }),
  );
  await clients.alarms.send(new DisableAlarmActionsCommand({ AlarmNames: [alarm?.AlarmName ?? ''] }));
};

const shortenLogs = async (): Promise<void> => {
  const { logGroups: [group] = [] } = await clients.logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/vendedlogs/states/forestall/' }),
  );
  const { logGroupName } = group ?? {};
  await clients.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 3 }));
};

const stopRecovery = async (): Promise<void> => {
  await clients.tables.send(
    new UpdateContinuousBackupsCommand({
      TableName: requireOutput(session.outputs, 'TargetsTableName'),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    }),
  );
};

const stopFunction = async (): Promise<void> => {
  const { Functions = [] } = await clients.functions.send(new ListFunctionsCommand({}));
  const FunctionName = Functions.find((one) =>
    /PlanPeerComparison/.test(one.FunctionName ?? ''),
  )?.FunctionName;
  await clients.functions.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
  );
};

const stopEncryption = async (): Promise<void> => {
  const Attributes = { SqsManagedSseEnabled: 'false' };
  await clients.queues.send(new SetQueueAttributesCommand({ QueueUrl: await deadLetterQueue(), Attributes }));
};

const deleteSecret = async (): Promise<void> => {
  const SecretId = requireOutput(session.outputs, 'VaultSecretArn');
  await clients.secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
};

/** As someone does who takes the secret for another one. */
const damageSecret = async (): Promise<void> => {
  const SecretId = requireOutput(session.outputs, 'VaultSecretArn');
  await clients.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'a password' }));
};

const alarmTopic = async (): Promise<string> => {
  const { MetricAlarms: [alarm] = [] } = await clients.alarms.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: 'Forestall' }),
  );
  return alarm?.AlarmActions?.[0] ?? '';
};

const deleteTopic = async (): Promise<void> => {
  await clients.topics.send(new DeleteTopicCommand({ TopicArn: await alarmTopic() }));
};

const parkPayload = async (): Promise<void> => {
  const Bucket = requireOutput(session.outputs, 'RawBucketName');
  const key = 'quarantine/tenant=doctor/payload';
  const put = (Key: string, Body: string) =>
    clients.objects.send(new PutObjectCommand({ Bucket, Key, Body }));
  await put(key, 'payload');
  await put(`${key}.reason.json`, '{"reason":"cannot be decoded"}');
};

const leaveDeadLetter = async (): Promise<void> => {
  await clients.queues.send(new SendMessageCommand({ QueueUrl: await deadLetterQueue(), MessageBody: '{}' }));
};

type Plant = () => Promise<void>;
const PLANTED: readonly (readonly [check: string, problem: string, plant: Plant])[] = [
  ['log groups', 'a shortened retention', shortenLogs],
  ['schedules', 'a disabled schedule', disableSchedule],
  ['rules', 'a disabled rule', disableRule],
  ['event sources', 'a disabled event source', disableEventSource],
  ['functions', 'a stopped function', stopFunction],
  ['alarm actions', 'a muted alarm', muteAlarm],
  ['tables', 'no recovery', stopRecovery],
  ['encryption', 'a queue in clear text', stopEncryption],
  ['parked payloads', 'a parked payload', parkPayload],
  ['secrets', 'a deletion that has begun', deleteSecret],
  ['secrets', 'content that is no key', damageSecret],
  ['alarm topics', 'a deleted topic', deleteTopic],
];

let topicPolicy: string | undefined;

beforeAll(async () => {
  useSession(session);
  clients = makeOperatorClients();
  const { Attributes } = await clients.topics.send(
    new GetTopicAttributesCommand({ TopicArn: await alarmTopic() }),
  );
  topicPolicy = Attributes?.Policy;
});
afterAll(async () => {
  const attribute = { AttributeName: 'Policy', AttributeValue: topicPolicy };
  await clients.topics.send(new SetTopicAttributesCommand({ TopicArn: await alarmTopic(), ...attribute }));
  await clients.queues.send(new PurgeQueueCommand({ QueueUrl: await deadLetterQueue() }));
});

describe('forestall doctor', () => {
  /** The last examination; the next problem is not in it. */
  let latest: readonly CheckResult[] = [];

  it('can make every check of a deployment', async () => {
    const { checks } = await doctor();
    latest = checks;
    expect(checks.filter(({ status }) => status === 'unknown')).toEqual([]);
    expect(checks.find(({ check }) => check === 'stacks')).toMatchObject({
      status: 'ok',
      summary: '4 stacks',
    });
    expect(checks.find(({ check }) => check === 'bootstrap')?.status).toBe('ok');
  });

  it.each(PLANTED)('finds a problem of %s (%s), and its command solves it', async (name, _, plant) => {
    const known = new Set(findingsOf(latest, name).map(({ subject }) => subject));
    await plant();
    const { code, checks } = await doctor();
    expect(code).toBe(3);
    const found = findingsOf(checks, name).filter(({ subject }) => !known.has(subject));
    expect(found).toMatchObject([{ runbook: expect.stringContaining('docs/runbook.md#') }]);
    for (const { action } of found) await follow(action);
    latest = (await doctor()).checks;
    expect(findingsOf(latest, name).map(({ subject }) => subject)).not.toContain(found[0]?.subject);
  });

  it('finds a message in a dead-letter queue, with the section of its alarm', async () => {
    await leaveDeadLetter();
    const { code, checks } = await doctor();
    expect(code).toBe(3);
    expect(findingsOf(checks, 'dead letters')).toContainEqual(
      expect.objectContaining({
        subject: 'Pipeline/Ingest/Queue/DeadLetters',
        runbook: 'docs/runbook.md#accepted-metrics-are-not-stored',
      }),
    );
  });
});
