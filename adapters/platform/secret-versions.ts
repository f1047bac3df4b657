/** Versions of a secret in Secrets Manager. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { SecretState, SecretVersions, VersionLabel } from '../../core/platform/secrets/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

export interface SecretOptions {
  readonly client: SecretsManagerClient;
  /** ARN or name. */
  readonly secretId: string;
}

const LABELS: ReadonlyMap<string, VersionLabel> = new Map([
  ['AWSPENDING', 'pending'],
  ['AWSCURRENT', 'current'],
  ['AWSPREVIOUS', 'previous'],
]);

const labelsOf = (stages: readonly string[]): ReadonlySet<VersionLabel> =>
  new Set(stages.map((stage) => LABELS.get(stage)).filter((label) => label !== undefined));

/** The labels of all versions that have one. */
export const describeSecret = async ({ client, secretId }: SecretOptions): Promise<SecretState> => {
  const describe = new DescribeSecretCommand({ SecretId: secretId });
  const found = await withSdkErrors('describing a secret', () => client.send(describe));
  return {
    isRotationEnabled: found.RotationEnabled ?? false,
    labels: new Map(
      Object.entries(found.VersionIdsToStages ?? {}).map(([id, stages]) => [id, labelsOf(stages)]),
    ),
  };
};

/** The content of a version; undefined if it has none: a rotation makes its version before it has content. */
export const readSecret = async (
  { client, secretId }: SecretOptions,
  versionId: string,
): Promise<string | undefined> => {
  const get = new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId });
  try {
    const { SecretString } = await withSdkErrors('reading a secret', () => client.send(get));
    return SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

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
