/**
 * One factory per AWS service, called once per container. Bundling removes unused ones. Each client is guarded by the
 * circuit breaker of its service.
 * The SDK itself reads `AWS_ENDPOINT_URL` (the local emulator).
 */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { guarded } from './service-breakers.ts';

/** A service that answers within milliseconds: all attempts together end well before API Gateway does, at 29 s. */
const requestLimits = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/** Objects of up to 20 MB take longer; still less than 29 s together. */
const objectLimits = {
  maxAttempts: 3,
  requestHandler: { ...requestLimits.requestHandler, requestTimeout: 8_000 },
} as const;

const documentsOf = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

/** Omits `undefined` attributes on writing; reads numbers as plain numbers and binaries as `Uint8Array`. */
export const makeDocumentClient = (): DynamoDBDocumentClient =>
  documentsOf(guarded(new DynamoDBClient(requestLimits)));

/**
 * For the states of circuit breakers alone: has no breaker, because it is used when one opens, and gives up soon, because
 * a call waits for it.
 */
export const makeBreakerTableClient = (): DynamoDBDocumentClient =>
  documentsOf(
    new DynamoDBClient({
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
    }),
  );

/** Uses path-style addresses for an emulator: `bucket.localhost` resolves on few machines. */
export const makeS3Client = (): S3Client =>
  guarded(new S3Client({ ...objectLimits, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }));

/** Uses the endpoint instead of queue addresses for an emulator, because these name another host. */
export const makeSqsClient = (): SQSClient =>
  guarded(
    new SQSClient({ ...requestLimits, useQueueUrlAsEndpoint: process.env.AWS_ENDPOINT_URL === undefined }),
  );

export const makeEventBridgeClient = (): EventBridgeClient => guarded(new EventBridgeClient(requestLimits));

export const makeStepFunctionsClient = (): SFNClient => guarded(new SFNClient(requestLimits));

export const makeSnsClient = (): SNSClient => guarded(new SNSClient(requestLimits));

export const makeStsClient = (): STSClient => guarded(new STSClient(requestLimits));

export const makeLambdaClient = (): LambdaClient => guarded(new LambdaClient(requestLimits));

export const makeSecretsManagerClient = (): SecretsManagerClient =>
  guarded(new SecretsManagerClient(requestLimits));

/** A search reads up to 1 MB of lines. */
export const makeLogsClient = (): CloudWatchLogsClient => guarded(new CloudWatchLogsClient(objectLimits));

export const makeCognitoClient = (): CognitoIdentityProviderClient =>
  guarded(new CognitoIdentityProviderClient(requestLimits));
