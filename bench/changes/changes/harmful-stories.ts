/**
 * Deployments that went wrong, based on post-mortems by engineers and written without considering the model's weights.
 * Some are not visible in a change set at all, and some look harmless.
 */
import { add, anyName, group, modify, newCode, policy, remove, replace, type Story } from './edit.ts';

export const HARMFUL_STORIES: readonly Story[] = [
  { name: 'a bug in new code', share: 6, isHidden: true, edits: (draw) => [newCode(draw)] },
  {
    name: 'a bug in code shared by many functions',
    isHidden: true,
    share: 2,
    edits: (draw) => Array.from({ length: 4 + draw.below(8) }, () => newCode(draw)),
  },
  {
    name: 'key schema of a live table changed',
    share: 2,
    edits: (draw) => [
      replace(
        'DynamoDB::Table',
        anyName(draw, 'Table'),
        'KeySchema',
        draw.below(2) === 0 ? 'Delete' : 'Retain',
      ),
      newCode(draw),
    ],
  },
  {
    name: 'database renamed, so that an empty one took its place',
    share: 1,
    edits: (draw) => [
      replace('RDS::DBInstance', anyName(draw, 'Database'), 'DBInstanceIdentifier', 'Snapshot'),
    ],
  },
  {
    name: 'construct moved, so that its bucket was removed with it',
    share: 1,
    edits: (draw) => [
      remove('S3::Bucket', anyName(draw, 'Files')),
      add('S3::Bucket', anyName(draw, 'Bucket')),
    ],
  },
  {
    name: 'cache replaced under load',
    share: 1,
    edits: (draw) => [
      replace('ElastiCache::ReplicationGroup', anyName(draw, 'Cache'), 'NodeGroupId', 'Delete'),
    ],
  },
  {
    name: 'permission dropped that a rare job needed',
    share: 3,
    edits: (draw) => [
      policy(draw, { given: false, actions: ['s3:PutObject'], resource: 'arn:aws:s3:::exports/*' }),
      newCode(draw),
    ],
  },
  {
    name: 'network rule removed that a neighbour used',
    share: 2,
    edits: (draw) => [group(draw, { added: false, port: 5432, peer: '10.4.0.0/16' })],
  },
  {
    name: 'event source lost in a refactoring',
    share: 2,
    edits: (draw) => [remove('Lambda::EventSourceMapping', anyName(draw, 'Source')), newCode(draw)],
  },
  {
    name: 'schedule removed that ran the accounting',
    share: 1,
    edits: (draw) => [remove('Events::Rule', anyName(draw, 'Nightly'))],
  },
  {
    name: 'memory lowered below what the peak needs',
    share: 2,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), { name: 'MemorySize', before: 1024, after: 256 }),
    ],
  },
  {
    name: 'table set to too little provisioned throughput',
    share: 1,
    edits: (draw) => [
      modify('DynamoDB::Table', anyName(draw, 'Table'), {
        ...{
          name: 'ProvisionedThroughput',
          before: { ReadCapacityUnits: 500 },
          after: { ReadCapacityUnits: 50 },
        },
      }),
    ],
  },
  {
    name: 'runtime upgraded under a native dependency',
    share: 2,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), {
        name: 'Runtime',
        before: 'python3.9',
        after: 'python3.13',
      }),
    ],
  },
  {
    name: 'major version of a database engine',
    share: 1,
    edits: (draw) => [
      modify('RDS::DBCluster', anyName(draw, 'Cluster'), {
        name: 'EngineVersion',
        before: '13.9',
        after: '16.2',
      }),
    ],
  },
  {
    name: 'listener rule reordered',
    share: 2,
    edits: (draw) => [
      modify('ElasticLoadBalancingV2::ListenerRule', anyName(draw, 'Rule'), {
        name: 'Priority',
        before: 10,
        after: 5,
      }),
    ],
  },
  {
    name: 'DNS record pointed at the wrong place',
    share: 1,
    edits: (draw) => [
      modify('Route53::RecordSet', anyName(draw, 'Record'), {
        name: 'AliasTarget',
        before: 'old-lb',
        after: 'new-lb',
      }),
    ],
  },
  {
    name: 'internet gateway removed',
    share: 1,
    edits: (draw) => [
      remove('EC2::NatGateway', anyName(draw, 'Gateway')),
      remove('EC2::Route', anyName(draw, 'Route')),
    ],
  },
  {
    name: 'key policy that locked out the readers',
    share: 1,
    edits: (draw) => [
      {
        ...modify('KMS::Key', anyName(draw, 'Key'), { name: 'KeyPolicy' }),
        statements: [{ given: false, actions: ['kms:Decrypt'], resource: '*' }],
      },
    ],
  },
  {
    name: 'secret renamed before its readers knew',
    share: 1,
    edits: (draw) => [
      replace('SecretsManager::Secret', anyName(draw, 'Secret'), 'Name', 'Delete'),
      newCode(draw),
    ],
  },
  {
    name: 'API method changed under its callers',
    share: 2,
    edits: (draw) => [
      modify('ApiGateway::Method', anyName(draw, 'Method'), {
        name: 'RequestModels',
        before: { v: '1' },
        after: { v: '2' },
      }),
      newCode(draw),
    ],
  },
  {
    name: 'a wrong value in the environment',
    isHidden: true,
    share: 3,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), {
        ...{ name: 'Environment', before: { Variables: { URL: 'a' } }, after: { Variables: { URL: 'b' } } },
      }),
    ],
  },
  {
    name: 'everything at once on a Friday evening',
    share: 2,
    edits: (draw) => [
      ...Array.from({ length: 10 + draw.below(20) }, () => newCode(draw)),
      modify('SQS::Queue', anyName(draw, 'Queue'), { name: 'VisibilityTimeout', before: 300, after: 30 }),
      modify('StepFunctions::StateMachine', anyName(draw, 'Flow'), {
        name: 'RoleArn',
        before: 'a',
        after: 'b',
      }),
    ],
    context: { isOutsideHours: true, recentDeploys: 4 },
  },
  {
    name: 'a fix deployed into an incident that it did not understand',
    share: 2,
    edits: (draw) => [newCode(draw)],
    context: { openIncidents: 1, recentFailures: 1, recentDeploys: 3 },
  },
];
