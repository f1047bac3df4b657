import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';

const clientOf = sessionClient((settings) => guarded(new SecretsManagerClient(settings)));

/** The content of a version of a secret, read under the role of an action; undefined if there is none. */
export const secretValue = async (
  session: ActionSession,
  SecretId: string,
  label: 'AWSCURRENT' | 'AWSPREVIOUS',
): Promise<string | undefined> => {
  try {
    const get = new GetSecretValueCommand({ SecretId, VersionStage: label });
    const { SecretString } = await clientOf(session).send(get);
    return SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};
