/** Deployments that went well. Many look risky but were well prepared. */
import { add, anyName, group, modify, newCode, policy, remove, replace, type Story } from './edit.ts';

export const HARMLESS_STORIES: readonly Story[] = [
  { name: 'new code', share: 40, edits: (draw) => [newCode(draw)] },
  {
    name: 'new code of a few functions',
    share: 14,
    edits: (draw) => Array.from({ length: 2 + draw.below(4) }, () => newCode(draw)),
  },
  {
    name: 'a new independent feature',
    share: 12,
    edits: (draw) => [
      add('Lambda::Function', anyName(draw, 'Handler')),
      add('IAM::Role', anyName(draw, 'Role')),
      add('IAM::Policy', anyName(draw, 'Policy')),
      add('DynamoDB::Table', anyName(draw, 'Table')),
    ],
  },
  {
    name: 'a new feature that others call',
    share: 8,
    edits: (draw) => [
      add('Lambda::Function', anyName(draw, 'Handler')),
      add('SQS::Queue', anyName(draw, 'Queue')),
      policy(draw, { given: true, actions: ['sqs:SendMessage'], resource: 'arn:aws:sqs:eu-west-1:1:jobs' }),
      newCode(draw),
    ],
  },
  {
    name: 'labels',
    share: 5,
    edits: (draw) => [
      modify('S3::Bucket', anyName(draw, 'Bucket'), {
        name: 'Tags',
        before: [{ Key: 'a' }],
        after: [{ Key: 'b' }],
      }),
      modify('DynamoDB::Table', anyName(draw, 'Table'), {
        name: 'Tags',
        before: [{ Key: 'a' }],
        after: [{ Key: 'b' }],
      }),
    ],
  },
  {
    name: 'thresholds of alarms',
    share: 6,
    edits: (draw) => [
      modify('CloudWatch::Alarm', anyName(draw, 'Alarm'), { name: 'Threshold', before: 80, after: 90 }),
    ],
  },
  {
    name: 'more memory',
    share: 5,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), { name: 'MemorySize', before: 256, after: 512 }),
    ],
  },
  {
    name: 'less memory, measured first',
    share: 2,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), { name: 'MemorySize', before: 1024, after: 768 }),
    ],
  },
  {
    name: 'a runtime that was tested before',
    share: 5,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), {
        name: 'Runtime',
        before: 'nodejs20.x',
        after: 'nodejs22.x',
      }),
      newCode(draw),
    ],
  },
  {
    name: 'an environment value',
    share: 8,
    edits: (draw) => [
      modify('Lambda::Function', anyName(draw, 'Handler'), {
        ...{
          name: 'Environment',
          before: { Variables: { LEVEL: 'info' } },
          after: { Variables: { LEVEL: 'debug' } },
        },
      }),
    ],
  },
  {
    name: 'an unused permission removed',
    share: 4,
    edits: (draw) => [
      policy(draw, {
        given: false,
        actions: ['dynamodb:Scan'],
        resource: 'arn:aws:dynamodb:eu-west-1:1:table/old',
      }),
    ],
  },
  {
    name: 'a permission extended',
    share: 5,
    edits: (draw) => [
      policy(
        draw,
        { given: false, actions: ['s3:GetObject'], resource: 'arn:aws:s3:::files/*' },
        { given: true, actions: ['s3:GetObject', 's3:PutObject'], resource: 'arn:aws:s3:::files/*' },
      ),
    ],
  },
  {
    name: 'a wildcard used for convenience',
    share: 2,
    edits: (draw) => [policy(draw, { given: true, actions: ['s3:*'], resource: '*' }), newCode(draw)],
  },
  {
    name: 'a rule for a new neighbour',
    share: 4,
    edits: (draw) => [group(draw, { added: true, port: 443, peer: '10.7.0.0/16' })],
  },
  {
    name: 'an unused network rule removed',
    share: 1,
    edits: (draw) => [group(draw, { added: false, port: 8080, peer: '10.9.0.0/16' })],
  },
  {
    name: 'a feature removed',
    share: 4,
    edits: (draw) => [
      remove('Lambda::Function', anyName(draw, 'Handler')),
      remove('IAM::Role', anyName(draw, 'Role')),
      remove('Events::Rule', anyName(draw, 'Nightly')),
    ],
  },
  {
    name: 'a table removed after its data had moved',
    share: 1,
    edits: (draw) => [
      remove('DynamoDB::Table', anyName(draw, 'Table'), draw.below(2) === 0 ? 'Delete' : 'Retain'),
    ],
  },
  {
    name: 'storage and indexes of a database grown in place',
    share: 4,
    edits: (draw) => [
      modify('RDS::DBInstance', anyName(draw, 'Database'), {
        name: 'AllocatedStorage',
        before: 100,
        after: 200,
      }),
      modify('DynamoDB::Table', anyName(draw, 'Table'), {
        name: 'GlobalSecondaryIndexes',
        before: [],
        after: [{ IndexName: 'a' }],
      }),
    ],
  },
  {
    name: 'a function renamed',
    share: 3,
    edits: (draw) => [
      replace('Lambda::Function', anyName(draw, 'Handler'), 'FunctionName', 'Delete'),
      newCode(draw),
    ],
  },
  {
    name: 'a new image of a service',
    share: 8,
    edits: (draw) => [
      {
        ...modify('ECS::TaskDefinition', anyName(draw, 'Task'), {
          ...{ name: 'ContainerDefinitions', before: ['image:1'], after: ['image:2'], recreates: 'Always' },
        }),
        replacement: 'True',
      },
      {
        ...modify('ECS::Service', anyName(draw, 'Service'), {
          name: 'TaskDefinition',
          before: 'a:1',
          after: 'a:2',
          recreates: 'Conditionally',
        }),
        replacement: 'Conditional',
      },
    ],
  },
  {
    name: 'a new API route',
    share: 5,
    edits: (draw) => [add('ApiGatewayV2::Route', anyName(draw, 'Route')), newCode(draw)],
  },
  {
    name: 'an API route changed together with its only caller',
    share: 2,
    edits: (draw) => [
      modify('ApiGatewayV2::Route', anyName(draw, 'Route'), { name: 'Target', before: 'a', after: 'b' }),
      newCode(draw),
    ],
  },
  {
    name: 'a listener rule for a new path',
    share: 2,
    edits: (draw) => [
      modify('ElasticLoadBalancingV2::ListenerRule', anyName(draw, 'Rule'), {
        name: 'Conditions',
        before: ['/a'],
        after: ['/a', '/b'],
      }),
    ],
  },
  {
    name: 'a quick release in the evening',
    share: 3,
    edits: (draw) => [newCode(draw)],
    context: { isOutsideHours: true },
  },
  {
    name: 'the fix of an open incident',
    share: 2,
    edits: (draw) => [newCode(draw)],
    context: { openIncidents: 1 },
  },
];
