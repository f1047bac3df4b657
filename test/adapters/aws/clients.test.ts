import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  makeDocumentClient,
  makeEventBridgeClient,
  makeLambdaClient,
  makeS3Client,
  makeSqsClient,
  makeStepFunctionsClient,
} from '../../../adapters/aws/clients.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('SDK clients', () => {
  it.each([
    [makeDocumentClient],
    [makeEventBridgeClient],
    [makeLambdaClient],
    [makeS3Client],
    [makeSqsClient],
    [makeStepFunctionsClient],
  ])('%o tries a call four times', async (make) => {
    const { config } = make();
    expect(await config.maxAttempts()).toBe(4);
  });

  it('reach an emulator under addresses that it knows', () => {
    expect(makeS3Client().config.forcePathStyle).toBe(false);
    expect(makeSqsClient().config.useQueueUrlAsEndpoint).toBe(true);
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://localhost:4566');
    expect(makeS3Client().config.forcePathStyle).toBe(true);
    expect(makeSqsClient().config.useQueueUrlAsEndpoint).toBe(false);
  });
});
