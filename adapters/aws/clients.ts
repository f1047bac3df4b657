/**
 * One factory per AWS service, called once per container. Unused ones fall out of a bundle.
 * `AWS_ENDPOINT_URL` (the local emulator) is honoured by the SDK itself.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Below the shortest function timeout, so that a hanging call is retried instead of ending the invocation. */
const patience = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

/** Drops `undefined` attributes on writing; numbers come back as plain numbers, binaries as `Uint8Array`. */
export const makeDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(patience), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** Path-style addresses against an emulator: `bucket.localhost` resolves on few machines. */
export const makeS3Client = (): S3Client =>
  new S3Client({ ...patience, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

/** An emulator's queue addresses name another host than its endpoint, which is then the one to use. */
export const makeSqsClient = (): SQSClient =>
  new SQSClient({ ...patience, useQueueUrlAsEndpoint: process.env.AWS_ENDPOINT_URL === undefined });

export const makeEventBridgeClient = (): EventBridgeClient => new EventBridgeClient(patience);

export const makeStepFunctionsClient = (): SFNClient => new SFNClient(patience);

export const makeLambdaClient = (): LambdaClient => new LambdaClient(patience);
