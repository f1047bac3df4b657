import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import type { SecretOptions } from './secret-reader.ts';

/** Starts the rotation of a secret, which makes the version with this id (32 to 64 characters). */
export const rotateSecret = async ({ client, secretId }: SecretOptions, versionId: string): Promise<void> => {
  const rotate = new RotateSecretCommand({ SecretId: secretId, ClientRequestToken: versionId });
  await withSdkErrors('rotating a secret', () => client.send(rotate));
};
