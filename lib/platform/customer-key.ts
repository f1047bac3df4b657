import { Aspects, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  CompositePrincipal,
  type IPrincipal,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { KEY_ACTIONS } from './used-actions.ts';

export interface CustomerKeyProps {
  readonly config: StageConfig;
}

/**
 * The KMS key of a stage with `encryption: 'customer-key'`. It can be used only through the services that store data, by
 * callers that may use their resources. Administrators of the account manage it: they can neither use it directly nor grant
 * that to anyone, unless they change its policy.
 */
export class CustomerKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { config }: CustomerKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Data of Forestall ${config.stage}`,
      enableKeyRotation: true,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      policy: new PolicyDocument({ statements: keyPolicy(Stack.of(this)) }),
    });
  }

  /** Encrypts everything under `root` that stores data. */
  encrypt(root: IConstruct): void {
    Aspects.of(root).add({ visit: (node) => encryptWith(this.key.keyArn, node) });
  }
}

/** A data key of a queue is reused for an hour: twelve times fewer requests than by default. */
const QUEUE_KEY_REUSE_SECONDS = 3600;

/** The properties that encrypt a resource with a key, by type and path. */
const PROPERTIES: Readonly<Record<string, (key: string) => Readonly<Record<string, unknown>>>> = {
  'AWS::DynamoDB::GlobalTable': (key) => ({
    'SSESpecification.SSEEnabled': true,
    'SSESpecification.SSEType': 'KMS',
    'Replicas.0.SSESpecification.KMSMasterKeyId': key,
  }),
  'AWS::Events::EventBus': (key) => ({ KmsKeyIdentifier: key }),
  'AWS::Logs::LogGroup': (key) => ({ KmsKeyId: key }),
  'AWS::S3::Bucket': (key) => ({
    'BucketEncryption.ServerSideEncryptionConfiguration': [
      {
        // Without it, each object costs a request to KMS.
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
      },
    ],
  }),
  'AWS::SecretsManager::Secret': (key) => ({ KmsKeyId: key }),
  'AWS::SNS::Topic': (key) => ({ KmsMasterKeyId: key }),
  'AWS::SQS::Queue': (key) => ({
    KmsMasterKeyId: key,
    KmsDataKeyReusePeriodSeconds: QUEUE_KEY_REUSE_SECONDS,
    SqsManagedSseEnabled: false,
  }),
};

const encryptWith = (key: string, node: IConstruct): void => {
  if (!CfnResource.isCfnResource(node)) return;
  const properties = PROPERTIES[node.cfnResourceType]?.(key) ?? {};
  for (const [path, value] of Object.entries(properties)) node.addPropertyOverride(path, value);
};

/** What managing a key takes, without its use: `kms:Create*` would also create grants, and a grant can allow to decrypt. */
const MANAGE = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:Delete*',
  'kms:Describe*',
  'kms:Disable*',
  'kms:Enable*',
  'kms:Get*',
  'kms:List*',
  'kms:Put*',
  'kms:Revoke*',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:Update*',
];

const keyPolicy = ({ account, region, partition }: Stack): PolicyStatement[] => {
  const through = (...services: string[]) => ({
    'kms:CallerAccount': account,
    'kms:ViaService': services.map((service) => `${service}.${region}.amazonaws.com`),
  });
  const logGroups = `arn:${partition}:logs:${region}:${account}:log-group:*`;
  return [
    allow('Manage', MANAGE, new AccountRootPrincipal(), {}),
    allow('UseThroughServices', KEY_ACTIONS, new AnyPrincipal(), {
      StringEquals: through('dynamodb', 's3', 'secretsmanager', 'sns', 'sqs'),
    }),
    // DynamoDB creates grants, with which it encrypts and restores tables in the background.
    allow('GrantToTables', ['kms:CreateGrant'], new AnyPrincipal(), {
      StringEquals: through('dynamodb'),
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    }),
    // Alarms publish to topics, topics and rules send to queues, and the bus stores events.
    allow('Deliver', ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'], deliverers(), {
      StringEquals: { 'aws:SourceAccount': account },
    }),
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    allow('StoreLogs', KEY_ACTIONS, new ServicePrincipal(`logs.${region}.amazonaws.com`), {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups },
    }),
  ];
};

const deliverers = (): IPrincipal =>
  new CompositePrincipal(
    new ServicePrincipal('cloudwatch.amazonaws.com'),
    new ServicePrincipal('events.amazonaws.com'),
    new ServicePrincipal('sns.amazonaws.com'),
  );

const allow = (
  sid: string,
  actions: readonly string[],
  principal: IPrincipal,
  conditions: Record<string, unknown>,
): PolicyStatement =>
  new PolicyStatement({ sid, actions: [...actions], principals: [principal], resources: ['*'], conditions });
