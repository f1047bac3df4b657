/**
 * The account that the templates are resolved for. Each resource has its logical id as its name, after that of its
 * stack where names differ between stages.
 */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** Values of `Ref` (under the name `Ref`) and `Fn::GetAtt` of a resource. */
export type Attributes = Readonly<Record<string, string>>;

const named = (id: string, service: string, resource: string): Attributes => ({
  Ref: id,
  Arn: arn(service, resource),
});

const byArn = (id: string, service: string, resource: string): Attributes => ({
  Ref: arn(service, resource),
  Arn: arn(service, resource),
  Name: id,
});

/** What the names of a stack start with: `Forestall-prod-Data-`, or nothing in templates without a stage. */
export type Prefix = string;

/**
 * Types whose names differ between stages: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html.
 * Keys and user pools have random ids instead. Names of secrets and state machines do not contain that of the stack.
 */
const AFTER_STACK: ReadonlySet<string> = new Set([
  ...['AWS::DynamoDB::GlobalTable', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup', 'AWS::S3::Bucket'],
  ...['AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::Cognito::UserPool', 'AWS::KMS::Key'],
]);

/** The name of a resource in ARNs. CDK names a bus after its path. */
export const nameOf = (type: string, id: string, prefix: Prefix): string => {
  if (type === 'AWS::Events::EventBus') return `${prefix.replaceAll('-', '')}${id}`;
  return AFTER_STACK.has(type) ? `${prefix}${id}` : id;
};

/** The logical id of a function that has this name. */
export const functionIdIn = (name: string): string => name.replace(/^Forestall-[a-z]+-[A-Z][a-z]+-/, '');

const ATTRIBUTES: Readonly<Record<string, (id: string) => Attributes>> = {
  'AWS::ApiGatewayV2::Api': (id) => ({ Ref: id }),
  'AWS::ApiGatewayV2::Integration': (id) => ({ Ref: id }),
  'AWS::CloudWatch::Alarm': (id) => named(id, 'cloudwatch', `alarm:${id}`),
  'AWS::Cognito::UserPool': (id) => named(id, 'cognito-idp', `userpool/${id}`),
  'AWS::Cognito::UserPoolClient': (id) => ({ Ref: id }),
  'AWS::Cognito::UserPoolDomain': (id) => ({ Ref: id }),
  'AWS::DynamoDB::GlobalTable': (id) => ({
    ...named(id, 'dynamodb', `table/${id}`),
    StreamArn: arn('dynamodb', `table/${id}/stream/2026-01-01T00:00:00.000`),
  }),
  'AWS::Events::EventBus': (id) => ({ ...named(id, 'events', `event-bus/${id}`), Name: id }),
  'AWS::Events::Rule': (id) => named(id, 'events', `rule/${id}`),
  'AWS::IAM::ManagedPolicy': (id) => ({
    Ref: `arn:aws:iam::${ACCOUNT}:policy/${id}`,
    Arn: `arn:aws:iam::${ACCOUNT}:policy/${id}`,
  }),
  'AWS::IAM::Role': (id) => ({ Ref: id, Arn: roleArn(id) }),
  'AWS::KMS::Key': (id) => named(id, 'kms', `key/${id}`),
  'AWS::Lambda::Function': (id) => named(id, 'lambda', `function:${id}`),
  'AWS::Logs::LogGroup': (id) => named(id, 'logs', `log-group:${id}:*`),
  'AWS::S3::Bucket': (id) => ({ Ref: id, Arn: `arn:aws:s3:::${id}` }),
  'AWS::Scheduler::Schedule': (id) => named(id, 'scheduler', `schedule/default/${id}`),
  'AWS::SecretsManager::Secret': (id) => byArn(id, 'secretsmanager', `secret:${id}`),
  'AWS::SNS::Topic': (id) => ({ ...byArn(id, 'sns', id), TopicName: id }),
  'AWS::SQS::Queue': (id) => ({
    Ref: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${id}`,
    Arn: arn('sqs', id),
    QueueName: id,
  }),
  'AWS::StepFunctions::StateMachine': (id) => ({
    ...byArn(id, 'states', `stateMachine:${id}`),
    StateMachineRevisionId: 'revision',
  }),
};

/** Undefined for a type whose names occur in no policy. */
export const attributesOf = (type: string, id: string, prefix: Prefix): Attributes | undefined =>
  ATTRIBUTES[type]?.(nameOf(type, id, prefix));

export const roleArn = (role: string): string => `arn:aws:iam::${ACCOUNT}:role/${role}`;

export const roleNamed = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);
