import type { AwsAccess } from '../../../adapters/platform/deployment/clients.ts';
import { ConfigurationError, errorFrom, InvalidInputError } from '../../../core/shared/errors.ts';
import { readLocalConnection } from '../../api-client/connection.ts';

export const LOCAL_STAGE = 'local';

type Environment = Readonly<Record<string, string | undefined>>;

/** The emulator of `npm start`. Credentials of this machine are never used for it. */
const emulatorAccess = (env: Environment, root: string | undefined): AwsAccess => {
  const local = readLocalConnection(root);
  const endpoint = env.AWS_ENDPOINT_URL || (local && new URL(local.url).origin);
  if (!endpoint) throw new InvalidInputError('stage local is not running: run `npm start` first');
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
};

/** A failed first request to AWS, with what to set. */
export const unreachable = (error: unknown): ConfigurationError =>
  new ConfigurationError(
    `cannot reach AWS: ${errorFrom(error).message} (AWS_PROFILE, AWS_REGION or --region choose account and region)`,
    { cause: error },
  );

/**
 * How to reach the account of a stage: as the AWS CLI does (AWS_PROFILE, AWS_REGION, …), or the emulator for stage local.
 * @throws InvalidInputError if the local deployment does not run
 */
export const awsAccess = (
  { stage, region }: { readonly stage: string; readonly region?: string | undefined },
  env: Environment,
  root?: string,
): AwsAccess => {
  if (stage === LOCAL_STAGE) return emulatorAccess(env, root);
  return region === undefined ? {} : { region };
};
