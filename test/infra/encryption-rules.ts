import type { StageConfig } from '../../lib/config/stage-config.ts';
import { type Resource, text } from './synthesised-stage.ts';

type Encryption = StageConfig['encryption'];
// biome-ignore lint/suspicious/noExplicitAny: templates are read by path
type Properties = any;

/** How a resource type is encrypted at rest. */
type Rule =
  /** It stores no data of users. */
  | { readonly stores: 'nothing' }
  /** AWS always encrypts it with a key of its own; `why` it does not get the stage's key. */
  | { readonly stores: 'encrypted by AWS'; readonly why: string }
  /** True if these properties encrypt it with AWS's key, or with the stage's. */
  | {
      readonly stores: 'data';
      readonly isEncrypted: (properties: Properties, wanted: Encryption) => boolean;
    };

const nothing: Rule = { stores: 'nothing' };
const byAws = (why: string): Rule => ({ stores: 'encrypted by AWS', why });
const data = (isEncrypted: (properties: Properties, wanted: Encryption) => boolean): Rule => ({
  stores: 'data',
  isEncrypted,
});

/** A reference to the stage's key, from its own or from another stack. */
const isOwnKey = (key: unknown): boolean => /CustomerKey\w{8}/.test(text(key ?? ''));

/** Types that AWS encrypts unless told otherwise, if the stage has no key of its own. */
const ownKeyIn = (property: string): Rule =>
  data((properties, wanted) => wanted === 'aws-managed' || isOwnKey(properties[property]));

const ENCRYPTION_RULES: Readonly<Record<string, Rule>> = {
  'AWS::ApiGatewayV2::Api': nothing,
  'AWS::ApiGatewayV2::ApiMapping': nothing,
  'AWS::ApiGatewayV2::Authorizer': nothing,
  'AWS::ApiGatewayV2::DomainName': nothing,
  'AWS::ApiGatewayV2::Integration': nothing,
  'AWS::ApiGatewayV2::Route': nothing,
  'AWS::ApiGatewayV2::Stage': nothing,
  'AWS::CloudFront::Distribution': nothing,
  'AWS::CloudFront::ResponseHeadersPolicy': nothing,
  'AWS::CloudWatch::Alarm': nothing,
  'AWS::CloudWatch::Dashboard': nothing,
  'AWS::Cognito::UserPool': byAws('people sign in with it; it contains e-mail addresses and no measurements'),
  'AWS::Cognito::UserPoolClient': nothing,
  'AWS::Cognito::UserPoolDomain': nothing,
  'AWS::Cognito::UserPoolGroup': nothing,
  'AWS::Cognito::UserPoolIdentityProvider': nothing,
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: always encrypted.
  'AWS::DynamoDB::GlobalTable': data(
    ({ SSESpecification, Replicas }, wanted) =>
      wanted === 'aws-managed' ||
      (SSESpecification?.SSEEnabled === true &&
        SSESpecification.SSEType === 'KMS' &&
        Replicas.every((replica: Properties) => isOwnKey(replica.SSESpecification?.KMSMasterKeyId))),
  ),
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-at-rest.html
  'AWS::Events::EventBus': ownKeyIn('KmsKeyIdentifier'),
  'AWS::Events::Rule': nothing,
  'AWS::IAM::ManagedPolicy': nothing,
  'AWS::IAM::Policy': nothing,
  'AWS::IAM::Role': nothing,
  'AWS::KMS::Key': data(({ EnableKeyRotation }) => EnableKeyRotation === true),
  'AWS::Lambda::EventInvokeConfig': nothing,
  'AWS::Lambda::EventSourceMapping': nothing,
  'AWS::Lambda::Function': byAws('its environment contains names and numbers, which a test checks'),
  'AWS::Lambda::Permission': nothing,
  'AWS::Lambda::Version': byAws('it is the code and the environment of its function'),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  'AWS::Logs::LogGroup': ownKeyIn('KmsKeyId'),
  'AWS::Logs::QueryDefinition': nothing,
  'AWS::S3::Bucket': data(({ BucketEncryption }, wanted) => {
    const rules: Properties[] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    const isStrong = ({ ServerSideEncryptionByDefault: by, BucketKeyEnabled }: Properties) =>
      wanted === 'aws-managed'
        ? ['AES256', 'aws:kms'].includes(by?.SSEAlgorithm)
        : by?.SSEAlgorithm === 'aws:kms' && isOwnKey(by.KMSMasterKeyID) && BucketKeyEnabled === true;
    return rules.length > 0 && rules.every(isStrong);
  }),
  'AWS::S3::BucketPolicy': nothing,
  'AWS::SNS::Subscription': nothing,
  // SNS encrypts at rest only with a key.
  'AWS::SNS::Topic': data(({ KmsMasterKeyId }) => isOwnKey(KmsMasterKeyId)),
  'AWS::SNS::TopicPolicy': nothing,
  'AWS::SQS::Queue': data(({ SqsManagedSseEnabled, KmsMasterKeyId }, wanted) =>
    wanted === 'aws-managed' ? SqsManagedSseEnabled === true : isOwnKey(KmsMasterKeyId),
  ),
  'AWS::SQS::QueuePolicy': nothing,
  'AWS::SSM::Parameter': nothing,
  'AWS::Scheduler::Schedule': nothing,
  'AWS::SecretsManager::RotationSchedule': nothing,
  'AWS::SecretsManager::Secret': ownKeyIn('KmsKeyId'),
  // https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
  'AWS::WAFv2::WebACL': nothing,
  'AWS::StepFunctions::StateMachine': byAws(
    'executions carry ids and object keys, and each role would need the key',
  ),
  'AWS::StepFunctions::StateMachineAlias': nothing,
  'AWS::StepFunctions::StateMachineVersion': byAws('it is the definition of its state machine'),
};

/** Resources that stay unencrypted without a customer key, with the reason. */
const ARGUED: readonly { readonly id: RegExp; readonly reason: string }[] = [
  {
    id: /^data\/AlarmsTopic\w{8}$|^pipeline\/IncidentsAlarmActionsTopic\w{8}$/,
    reason:
      'CloudWatch cannot publish through the AWS-managed key of SNS; messages are texts of alarms, kept until they are delivered',
  },
];

/** Resources that are not encrypted at rest as the stage wants it, and types that have no rule. */
export const unencrypted = (
  resources: ReadonlyMap<string, Resource>,
  encryption: Encryption,
): readonly string[] =>
  [...resources].flatMap(([id, { Type, Properties }]) => {
    const rule = ENCRYPTION_RULES[Type];
    if (rule === undefined) return [`${id}: extend test/infra/encryption-rules.ts by ${Type}`];
    if (rule.stores !== 'data' || rule.isEncrypted(Properties ?? {}, encryption)) return [];
    const isArgued = encryption === 'aws-managed' && ARGUED.some((each) => each.id.test(id));
    return isArgued ? [] : [`${id}: ${Type} is not encrypted (${encryption})`];
  });

const SECRET = /secret|password|passwd|token|credential|private|api_?key$/i;
/** Names of resources, limits and switches, as the suffixes of variables say. */
const HARMLESS = /_(NAME|ARN|URL|ID|DAYS|MINUTES|SECONDS|QUOTAS)$/;

/** Environment variables of functions that by their name or value hold a secret instead of its address. */
export const secretsInEnvironments = (resources: ReadonlyMap<string, Resource>): readonly string[] =>
  [...resources].flatMap(([id, { Type, Properties }]) =>
    Type !== 'AWS::Lambda::Function'
      ? []
      : Object.entries(Properties.Environment?.Variables ?? {})
          .filter(
            ([name, value]) =>
              (SECRET.test(name) && !HARMLESS.test(name)) ||
              /\{\{resolve:(ssm-secure|secretsmanager)/.test(text(value)),
          )
          .map(([name]) => `${id}: ${name}`),
  );

/** Resource policies by the type of the resources that they protect, and the property that names them. */
const POLICIES = {
  'AWS::S3::Bucket': ['AWS::S3::BucketPolicy', 'Bucket', 's3:*'],
  'AWS::SNS::Topic': ['AWS::SNS::TopicPolicy', 'Topics', 'sns:Publish'],
  'AWS::SQS::Queue': ['AWS::SQS::QueuePolicy', 'Queues', 'sqs:*'],
} as const;

const deniesPlainHttp = ({ Properties }: Resource, action: string): boolean =>
  Properties.PolicyDocument.Statement.some(
    (statement: Properties) =>
      statement.Effect === 'Deny' &&
      statement.Action === action &&
      ['{"AWS":"*"}', '"*"'].includes(text(statement.Principal)) &&
      text(statement.Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
  );

/** Buckets, topics and queues that anyone could use without TLS. */
export const plainHttp = (resources: ReadonlyMap<string, Resource>): readonly string[] =>
  [...resources].flatMap(([id, { Type }]) => {
    if (!(Type in POLICIES)) return [];
    const [policyType, property, action] = POLICIES[Type as keyof typeof POLICIES];
    const [part = '', logicalId = ''] = id.split('/');
    const isOfThis = ([policyId, policy]: readonly [string, Resource]) =>
      policy.Type === policyType &&
      policyId.startsWith(`${part}/`) &&
      text(policy.Properties[property]).includes(`{"Ref":"${logicalId}"}`);
    const policies = [...resources].filter(isOfThis).map(([, policy]) => policy);
    return policies.some((policy) => deniesPlainHttp(policy, action)) ? [] : [id];
  });
