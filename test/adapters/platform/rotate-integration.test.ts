/** The function that Secrets Manager invokes, as it is composed for Lambda, with a receiver on this machine. */
import { randomBytes } from 'node:crypto';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { formatKey, parseKey } from '../../../core/platform/secrets/key-ring.ts';
import { outboundSecret } from '../../../core/platform/secrets/outbound-webhook.ts';
import { ROTATION_STEPS } from '../../../core/platform/secrets/rotate.ts';
import { memorySecret } from '../../fakes/secrets.ts';
import { tokenIssuer, webhookReceiver } from '../../harness/integration-servers.ts';

const context = { functionName: 'rotate-secret', awsRequestId: 'r' } as Context;
const key = formatKey(randomBytes(48), 0);
const secrets = { 'arn:hook': memorySecret(key), 'arn:token': memorySecret('{"token":"first"}') };
type Arn = keyof typeof secrets;
const manager = mockClient(SecretsManagerClient);
const events = mockClient(EventBridgeClient);
const table = mockClient(DynamoDBDocumentClient);
let receiver: Awaited<ReturnType<typeof webhookReceiver>>;
let issuer: Awaited<ReturnType<typeof tokenIssuer>>;

/** Secrets Manager over the secrets in memory. */
const serveSecrets = (): void => {
  manager.on(DescribeSecretCommand).callsFake(async ({ SecretId }: { SecretId: Arn }) => {
    const { labels } = await secrets[SecretId].describe();
    const VersionIdsToStages = Object.fromEntries(
      [...labels].map(([id, own]) => [id, [...own].map((label) => `AWS${label.toUpperCase()}`)]),
    );
    return { RotationEnabled: true, VersionIdsToStages };
  });
  manager
    .on(GetSecretValueCommand)
    .callsFake(async ({ SecretId, VersionId }: { SecretId: Arn; VersionId: string }) => ({
      SecretString: await secrets[SecretId].read(VersionId),
    }));
  manager
    .on(PutSecretValueCommand)
    .callsFake(({ SecretId, ClientRequestToken, SecretString }) =>
      secrets[SecretId as Arn].store(ClientRequestToken, SecretString),
    );
  manager
    .on(UpdateSecretVersionStageCommand)
    .callsFake(({ SecretId, MoveToVersionId, RemoveFromVersionId }) =>
      secrets[SecretId as Arn].promote(MoveToVersionId, RemoveFromVersionId),
    );
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
};

beforeAll(async () => {
  receiver = await webhookReceiver(outboundSecret(parseKey('v0', key)));
  issuer = await tokenIssuer('first');
  const hook = { kind: 'signed-webhook', name: 'hook', url: receiver.url };
  const token = {
    ...{ kind: 'api-token', name: 'token', tokensUrl: `${issuer.url}/tokens` },
    ...{ probeUrl: `${issuer.url}/me`, tokenField: 'key' },
  };
  const targets = [hook, token].map((integration) => ({
    ...{ name: `integration-${integration.name}`, kind: 'integration', arn: `arn:${integration.name}` },
    integration,
  }));
  const env = {
    ...{ ROTATION_TARGETS: JSON.stringify(targets), OWN_TENANT_ID: 'default', EVENT_BUS_NAME: 'bus' },
    ...{ REQUESTS_TABLE_NAME: 'requests', AWS_REGION: 'us-east-1' },
    ...{ POWERTOOLS_LOG_LEVEL: 'SILENT' },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  serveSecrets();
  table.on(GetCommand).resolves({});
});
afterAll(() => {
  receiver.close();
  issuer.close();
});

const rotateAll = async (SecretId: Arn): Promise<void> => {
  const { handler } = await import('../../../functions/platform/rotate-secret/index.ts');
  secrets[SecretId].start('v1');
  for (const Step of ROTATION_STEPS) await handler({ Step, SecretId, ClientRequestToken: 'v1' }, context);
  expect(secrets[SecretId].idOf('current')).toBe('v1');
};

it('rotates the secret of a signed webhook, and its receiver knows both versions', async () => {
  await rotateAll('arn:hook');
  const { current, previous } = secrets['arn:hook'].ring();
  expect(receiver.secrets()).toEqual([current, previous].map((version) => outboundSecret(version!)));
});

it('rotates a token, under a name that no other deployment has', async () => {
  await rotateAll('arn:token');
  const names = [...issuer.tokens.values()].map(({ name }) => name);
  expect(names).toEqual(['by-hand', expect.stringMatching(/^forestall-token-[\da-f]{8}-[\da-f]{12}$/)]);
});

it('calls a receiver that failed repeatedly no more, and says so to operators', async () => {
  table.on(PutCommand).resolves({});
  const { handler } = await import('../../../functions/platform/rotate-secret/index.ts');
  const secret = secrets['arn:hook'];
  secret.start('v2');
  const step = (Step: string) => handler({ Step, SecretId: 'arn:hook', ClientRequestToken: 'v2' }, context);
  await step('createSecret');
  const calls = receiver.failAll();
  for (let i = 0; i < 5; i++) await expect(step('setSecret')).rejects.toThrow('does not answer');
  const before = calls();
  await expect(step('setSecret')).rejects.toThrow('integration hook is not called before');
  expect(calls()).toBe(before);
  const [sent] = events.commandCalls(PutEventsCommand).slice(-1);
  expect(sent?.args[0].input.Entries).toMatchObject([{ DetailType: 'BreakerOpened' }]);
});
