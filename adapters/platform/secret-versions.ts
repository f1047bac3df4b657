/** Versions of a secret in Secrets Manager. */
import {
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceExistsException,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { SecretVersions } from '../../core/platform/secrets/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { describeSecret, readSecret, type SecretOptions } from './secret-reader.ts';

const store = async (
  { client, secretId }: SecretOptions,
  versionId: string,
  content: string,
): Promise<void> => {
  const put = new PutSecretValueCommand({
    SecretId: secretId,
    ClientRequestToken: versionId,
    SecretString: content,
    VersionStages: ['AWSPENDING'],
  });
  try {
    await withSdkErrors('storing a secret', () => client.send(put));
  } catch (cause) {
    if (!(cause instanceof ResourceExistsException)) throw cause;
    throw new ConflictError(`version ${versionId} of the secret has other content`, { cause });
  }
};

/** Secrets Manager labels the version that was current as previous in the same step. */
const promote = async (
  { client, secretId }: SecretOptions,
  versionId: string,
  currentId: string,
): Promise<void> => {
  const move = new UpdateSecretVersionStageCommand({
    SecretId: secretId,
    VersionStage: 'AWSCURRENT',
    MoveToVersionId: versionId,
    RemoveFromVersionId: currentId,
  });
  try {
    await withSdkErrors('promoting a secret', () => client.send(move));
  } catch (cause) {
    if (!(cause instanceof InvalidParameterException)) throw cause;
    throw new ConflictError(`version ${currentId} of the secret is no longer current`, { cause });
  }
};

/** The versions of one secret, for its rotation. */
export const secretsManagerVersions = (options: SecretOptions): SecretVersions => ({
  describe: () => describeSecret(options),
  read: (versionId) => readSecret(options, versionId),
  store: (versionId, content) => store(options, versionId, content),
  promote: (versionId, currentId) => promote(options, versionId, currentId),
});
