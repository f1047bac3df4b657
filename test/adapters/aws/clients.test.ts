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

/** The handler resolves its settings with its first request. */
const handlerConfig = async (handler: unknown): Promise<{ readonly requestTimeout?: number }> =>
  (handler as { readonly configProvider: Promise<{ readonly requestTimeout?: number }> }).configProvider;

describe('SDK clients', () => {
  it.each([
    [makeDocumentClient],
    [makeEventBridgeClient],
    [makeLambdaClient],
    [makeS3Client],
    [makeSqsClient],
    [makeStepFunctionsClient],
  ])('%o tries a call three times', async (make) => {
    const { config } = make();
    expect(await config.maxAttempts()).toBe(3);
  });

  it.each([[makeDocumentClient], [makeS3Client], [makeSqsClient]])(
    '%o gives up a service that hangs before API Gateway does, at 29 seconds',
    async (make) => {
      const { config } = make();
      const { requestTimeout = Number.NaN } = await handlerConfig(config.requestHandler);
      expect((await config.maxAttempts()) * requestTimeout).toBeLessThan(25_000);
    },
  );

  it('use addresses that an emulator knows', () => {
    expect(makeS3Client().config.forcePathStyle).toBe(false);
    expect(makeSqsClient().config.useQueueUrlAsEndpoint).toBe(true);
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://localhost:4566');
    expect(makeS3Client().config.forcePathStyle).toBe(true);
    expect(makeSqsClient().config.useQueueUrlAsEndpoint).toBe(false);
  });
});
