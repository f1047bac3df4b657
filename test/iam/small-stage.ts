import { type Policies, policiesOf } from './policies.ts';
import { type ResolvedResource, resolveTemplates } from './resolve-template.ts';

/** A function that reads a table and a bucket, gets events through a queue, and is started by a schedule. */

type Json = Record<string, unknown>;

const att = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });
const trust = (service: string, Condition?: Json) => ({
  AssumeRolePolicyDocument: {
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: service },
        ...(Condition && { Condition }),
      },
    ],
  },
});

export interface PlantedStatement {
  Action: string | string[];
  Resource: unknown;
  Condition?: Json;
}

/** Parts that tests change to plant an error. */
export interface SmallStage {
  /** Statements of the function's role, by their purpose. */
  readonly role: Record<string, PlantedStatement>;
  /** Condition under which EventBridge may send to the queue. */
  queueCondition: Json | undefined;
  denyPlainHttp: boolean;
  /** Statements of the permissions boundary of the function's role; without them, it has none. */
  boundary: readonly Json[] | undefined;
  readonly more: Record<string, { readonly Type: string; readonly Properties: Json }>;
}

export const smallStage = (): SmallStage => ({
  role: {
    logs: { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: att('Logs') },
    read: { Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: att('Orders') },
    objects: { Action: 's3:GetObject', Resource: { 'Fn::Join': ['', [att('Files'), '/in/*']] } },
    list: {
      Action: 's3:ListBucket',
      Resource: att('Files'),
      Condition: { StringLike: { 's3:prefix': 'in/*' } },
    },
    consume: {
      Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      Resource: att('Events'),
    },
  },
  queueCondition: { ArnEquals: { 'aws:SourceArn': att('Rule') } },
  denyPlainHttp: true,
  boundary: undefined,
  more: {},
});

const denial = (service: string, ...resources: readonly unknown[]) => ({
  Action: `${service}:*`,
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

const templateOf = ({ role, queueCondition, denyPlainHttp, boundary, more }: SmallStage): Json => ({
  Resources: {
    Orders: { Type: 'AWS::DynamoDB::GlobalTable', Properties: {} },
    Customers: { Type: 'AWS::DynamoDB::GlobalTable', Properties: {} },
    Files: { Type: 'AWS::S3::Bucket', Properties: {} },
    FilesPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Files' },
        PolicyDocument: {
          Statement: [denial('s3', att('Files'), { 'Fn::Join': ['', [att('Files'), '/*']] })],
        },
      },
    },
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: {} },
    Events: { Type: 'AWS::SQS::Queue', Properties: {} },
    Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: att('Events') }] } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        ...trust('lambda.amazonaws.com'),
        ...(boundary && { PermissionsBoundary: { Ref: 'Boundary' } }),
      },
    },
    ...(boundary && {
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: { Statement: boundary } },
      },
    }),
    RolePolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: { Statement: Object.values(role).map((each) => ({ Effect: 'Allow', ...each })) },
      },
    },
    Worker: {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: att('Role'), LoggingConfig: { LogGroup: { Ref: 'Logs' } } },
    },
    Source: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Worker' }, EventSourceArn: att('Events') },
    },
    EventsPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Events' }],
        PolicyDocument: {
          Statement: [
            ...(denyPlainHttp ? [denial('sqs', att('Events'))] : []),
            {
              Action: 'sqs:SendMessage',
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Resource: att('Events'),
              ...(queueCondition && { Condition: queueCondition }),
            },
          ],
        },
      },
    },
    ...more,
  },
});

export const resolved = (
  stage: SmallStage,
): { readonly resources: ReadonlyMap<string, ResolvedResource>; readonly policies: Policies } => {
  const resources = resolveTemplates({ only: templateOf(stage) });
  return { resources, policies: policiesOf(resources.values()) };
};
