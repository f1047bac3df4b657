import { ListSecretVersionIdsCommand, type SecretVersionsListEntry } from '@aws-sdk/client-secrets-manager';
import type { SecretFacts } from '../../core/platform/secrets/check-secrets.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { describeSecret, type SecretOptions } from './secret-reader.ts';

const createdAtOf = (
  versions: readonly SecretVersionsListEntry[],
  has: (stages: readonly string[]) => boolean,
): number | undefined =>
  versions.find(({ VersionStages = [] }) => has(VersionStages))?.CreatedDate?.getTime();

/** Reads the state of a secret's rotation, nothing of its content. */
export const readSecretFacts = async (name: string, options: SecretOptions): Promise<SecretFacts> => {
  const { client, secretId } = options;
  // Versions without a label are not listed, so one page holds all.
  const list = new ListSecretVersionIdsCommand({ SecretId: secretId });
  const [{ isRotationEnabled }, { Versions = [] }] = await Promise.all([
    describeSecret(options),
    withSdkErrors('listing the versions of a secret', () => client.send(list)),
  ]);
  const currentSince = createdAtOf(Versions, (stages) => stages.includes('AWSCURRENT'));
  if (currentSince === undefined) throw new ConfigurationError(`the secret ${name} has no current version`);
  const pendingSince = createdAtOf(
    Versions,
    (stages) => stages.includes('AWSPENDING') && !stages.includes('AWSCURRENT'),
  );
  return { name, isRotationEnabled, currentSince, pendingSince };
};
