/** Secrets Manager's client over a secret in memory, for the adapters as the functions use them. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import type { MemorySecret } from '../fakes/secrets.ts';

export const secretClient = (secret: MemorySecret): SecretsManagerClient => {
  const client = new SecretsManagerClient({ region: 'us-east-1' });
  const mock = mockClient(client);
  mock.on(DescribeSecretCommand).callsFake(async () => {
    const { labels, isRotationEnabled } = await secret.describe();
    const VersionIdsToStages = Object.fromEntries(
      [...labels].map(([id, own]) => [id, [...own].map((label) => `AWS${label.toUpperCase()}`)]),
    );
    return { RotationEnabled: isRotationEnabled, VersionIdsToStages };
  });
  mock.on(GetSecretValueCommand).callsFake(async ({ VersionId }: { VersionId: string }) => ({
    SecretString: await secret.read(VersionId),
  }));
  return client;
};
