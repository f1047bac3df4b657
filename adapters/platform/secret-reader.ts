/** Reads a secret in Secrets Manager. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretState, VersionLabel } from '../../core/platform/secrets/ports.ts';
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
