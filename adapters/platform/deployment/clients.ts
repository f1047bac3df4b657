import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { guarded } from '../../aws/service-breakers.ts';

/** An account and region, or an emulator. Anything omitted comes from the environment, as for the AWS CLI. */
export interface AwsAccess {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Clients of the services that an operator's commands use. */
export const makeOperatorClients = (access: AwsAccess = {}) => {
  const isEmulator = (access.endpoint ?? process.env.AWS_ENDPOINT_URL) !== undefined;
  const config = { ...access, maxAttempts: 5 };
  return {
    stacks: guarded(new CloudFormationClient(config)),
    alarms: guarded(new CloudWatchClient(config)),
    logs: guarded(new CloudWatchLogsClient(config)),
    tables: guarded(new DynamoDBClient(config)),
    events: guarded(new EventBridgeClient(config)),
    functions: guarded(new LambdaClient(config)),
    objects: guarded(new S3Client({ ...config, forcePathStyle: isEmulator })),
    schedules: guarded(new SchedulerClient(config)),
    secrets: guarded(new SecretsManagerClient(config)),
    topics: guarded(new SNSClient(config)),
    queues: guarded(new SQSClient({ ...config, useQueueUrlAsEndpoint: !isEmulator })),
    parameters: guarded(new SSMClient(config)),
  };
};

export type OperatorClients = ReturnType<typeof makeOperatorClients>;
