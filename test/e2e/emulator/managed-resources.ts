/** Resources in the emulator that are tagged for remediation, and what they show by themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppConfigClient,
  CreateApplicationCommand,
  CreateConfigurationProfileCommand,
  CreateEnvironmentCommand,
  CreateHostedConfigurationVersionCommand,
  ListDeploymentsCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AddTagsToResourceCommand, ListCommandsCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Owner } from '../../../core/remediation/ports.ts';
import { countServers, createGroup } from '../../../local/server-group.ts';
import { archiveOf } from './function-archive.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/any`;

type Tags = Readonly<Record<string, string>>;
const listOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const lowerCaseOf = (tags: Tags) => Object.entries(tags).map(([key, value]) => ({ key, value }));

const makeGroup = async (owner: Owner) => {
  await createGroup({ name: 'web', servers: 5, most: 9, owner });
  return { group: 'web', capacity: () => countServers('web') };
};

const makeService = async (tags: Tags) => {
  const client = new ECSClient({});
  await client.send(new CreateClusterCommand({ clusterName: 'shop' }));
  const containerDefinitions = [{ name: 'checkout', image: 'checkout', memory: 128 }];
  for (let revision = 0; revision < 2; revision++)
    await client.send(new RegisterTaskDefinitionCommand({ family: 'checkout', containerDefinitions }));
  await client.send(
    new CreateServiceCommand({
      ...{ cluster: 'shop', serviceName: 'checkout', taskDefinition: 'checkout:2', desiredCount: 2 },
      tags: lowerCaseOf(tags),
    }),
  );
  return {
    service: 'shop/checkout',
    deployments: async () => {
      const describe = new DescribeServicesCommand({ cluster: 'shop', services: ['checkout'] });
      const { services = [] } = await client.send(describe);
      return services.flatMap(({ deployments = [] }) => deployments.map(({ id = '' }) => id));
    },
  };
};

const makeAlias = async (tags: Tags) => {
  const client = new LambdaClient({});
  const code = (version: number) => archiveOf('index.mjs', `export const handler = async () => ${version};`);
  await client.send(
    new CreateFunctionCommand({
      ...{ FunctionName: 'pay', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE },
      ...{ Code: { ZipFile: code(1) }, Tags: { ...tags } },
    }),
  );
  await client.send(new PublishVersionCommand({ FunctionName: 'pay' }));
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'pay', ZipFile: code(2) }));
  await client.send(new PublishVersionCommand({ FunctionName: 'pay' }));
  await client.send(new CreateAliasCommand({ FunctionName: 'pay', Name: 'live', FunctionVersion: '2' }));
  return {
    aliasVersion: async () => {
      const get = new GetAliasCommand({ FunctionName: 'pay', Name: 'live' });
      return (await client.send(get)).FunctionVersion;
    },
  };
};

/** A configuration with a flag that is off, deployed once. */
export const makeProfile = async (tags: Tags) => {
  const client = new AppConfigClient({});
  const Tags = { ...tags };
  const { Id: ApplicationId = '' } = await client.send(new CreateApplicationCommand({ Name: 'shop', Tags }));
  const { Id: EnvironmentId = '' } = await client.send(
    new CreateEnvironmentCommand({ ApplicationId, Name: 'prod', Tags }),
  );
  const { Id: ConfigurationProfileId = '' } = await client.send(
    new CreateConfigurationProfileCommand({ ApplicationId, Name: 'flags', LocationUri: 'hosted', Tags }),
  );
  const Content = new TextEncoder().encode(JSON.stringify({ breaker: false, timeoutMs: 800 }));
  await client.send(
    new CreateHostedConfigurationVersionCommand({
      ...{ ApplicationId, ConfigurationProfileId, Content, ContentType: 'application/json' },
    }),
  );
  const deployed = { ApplicationId, EnvironmentId, ConfigurationProfileId, ConfigurationVersion: '1' };
  await client.send(new StartDeploymentCommand({ ...deployed, DeploymentStrategyId: 'AppConfig.AllAtOnce' }));
  const list = async () =>
    (await client.send(new ListDeploymentsCommand({ ApplicationId, EnvironmentId }))).Items ?? [];
  while ((await list()).some(({ State }) => State !== 'COMPLETE')) await sleep(100);
  return {
    profile: `${ApplicationId}/${EnvironmentId}/${ConfigurationProfileId}`,
    configurationDeployments: async () => (await list()).length,
  };
};

const makeQueues = async (tags: Tags) => {
  const client = new SQSClient({ useQueueUrlAsEndpoint: false });
  const dead = await client.send(new CreateQueueCommand({ QueueName: 'orders-dead', tags: { ...tags } }));
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:orders-dead`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  const source = await client.send(
    new CreateQueueCommand({
      ...{ QueueName: 'orders', Attributes: { RedrivePolicy }, tags: { ...tags } },
    }),
  );
  const receive = new ReceiveMessageCommand({
    ...{ QueueUrl: source.QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 },
  });
  for (const MessageBody of ['one', 'two', 'three'])
    await client.send(new SendMessageCommand({ QueueUrl: source.QueueUrl, MessageBody }));
  await client.send(receive);
  await client.send(receive);
  const countOf = async (QueueUrl: string | undefined) => {
    const get = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
    return Number((await client.send(get)).Attributes?.ApproximateNumberOfMessages);
  };
  return {
    messages: async () => ({ dead: await countOf(dead.QueueUrl), source: await countOf(source.QueueUrl) }),
    moveTasks: async () => {
      const list = new ListMessageMoveTasksCommand({ SourceArn: deadLetterTargetArn, MaxResults: 10 });
      return (await client.send(list)).Results?.length;
    },
  };
};

const makeInstance = async (tags: Tags) => {
  const { Instances = [] } = await new EC2Client({}).send(
    new RunInstancesCommand({
      ...{ ImageId: 'ami-12345678', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      TagSpecifications: [{ ResourceType: 'instance', Tags: listOf(tags) }],
    }),
  );
  const client = new SSMClient({});
  const document = { ResourceType: 'Document', ResourceId: 'restart-nginx' } as const;
  await client.send(new AddTagsToResourceCommand({ ...document, Tags: listOf(tags) }));
  return {
    instance: Instances[0]?.InstanceId ?? '',
    commands: async () => (await client.send(new ListCommandsCommand({}))).Commands?.length,
  };
};

const makeMachine = async (tags: Tags) => {
  const client = new SFNClient({});
  const definition = { StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } };
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      ...{ name: 'repair', roleArn: ROLE, definition: JSON.stringify(definition), tags: lowerCaseOf(tags) },
    }),
  );
  return {
    executions: async () => {
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
      return Promise.all(
        executions.map(
          async ({ executionArn }) =>
            (await client.send(new DescribeExecutionCommand({ executionArn }))).input,
        ),
      );
    },
  };
};

/** What makes a resource that of an environment of a tenant. */
export const tagsOf = ({ tenantId, environment }: Owner): Tags => ({
  'forestall:tenant': tenantId,
  'forestall:environment': environment,
});

/** Made with the clients of the environment, so set the endpoint before. */
export const makeManaged = async (owner: Owner) => {
  const tags = tagsOf(owner);
  return {
    ...(await makeGroup(owner)),
    ...(await makeService(tags)),
    ...(await makeAlias(tags)),
    ...(await makeProfile(tags)),
    ...(await makeQueues(tags)),
    ...(await makeInstance(tags)),
    ...(await makeMachine(tags)),
  };
};
export type Managed = Awaited<ReturnType<typeof makeManaged>>;
