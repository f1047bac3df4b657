/**
 * One factory per AWS service, called once per container. Bundling removes unused ones.
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
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

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

/** Omits `undefined` attributes on writing; reads numbers as plain numbers and binaries as `Uint8Array`. */
export const makeDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(requestLimits), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** Uses path-style addresses for an emulator: `bucket.localhost` resolves on few machines. */
export const makeS3Client = (): S3Client =>
  new S3Client({ ...objectLimits, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

/** Uses the endpoint instead of queue addresses for an emulator, because these name another host. */
export const makeSqsClient = (): SQSClient =>
  new SQSClient({ ...requestLimits, useQueueUrlAsEndpoint: process.env.AWS_ENDPOINT_URL === undefined });

export const makeEventBridgeClient = (): EventBridgeClient => new EventBridgeClient(requestLimits);

export const makeStepFunctionsClient = (): SFNClient => new SFNClient(requestLimits);

export const makeLambdaClient = (): LambdaClient => new LambdaClient(requestLimits);

export const makeSecretsManagerClient = (): SecretsManagerClient => new SecretsManagerClient(requestLimits);

/** A search reads up to 1 MB of lines. */
export const makeLogsClient = (): CloudWatchLogsClient => new CloudWatchLogsClient(objectLimits);

export const makeCognitoClient = (): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient(requestLimits);
