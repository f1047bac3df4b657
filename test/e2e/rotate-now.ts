import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FunctionConfiguration,
  LambdaClient,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  DescribeSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

const WAIT_MS = 60_000;

const labels = async (SecretId: string): Promise<Readonly<Record<string, readonly string[]>>> => {
  const described = await new SecretsManagerClient().send(new DescribeSecretCommand({ SecretId }));
  return described.VersionIdsToStages ?? {};
};

/** Labels of a version of a secret. */
export const labelsOf = async (secretId: string, versionId: string): Promise<readonly string[]> =>
  (await labels(secretId))[versionId] ?? [];

/** Id of the version of a secret that is current. */
export const currentVersion = async (secretId: string): Promise<string> => {
  const [id = ''] =
    Object.entries(await labels(secretId)).find(([, own]) => own.includes('AWSCURRENT')) ?? [];
  return id;
};

/** Rotates a secret as its schedule does, and returns the id of the version that is then current. */
export const rotateNow = async (SecretId: string): Promise<string> => {
  const { VersionId = '' } = await new SecretsManagerClient().send(new RotateSecretCommand({ SecretId }));
  const deadline = Date.now() + WAIT_MS;
  while (!(await labelsOf(SecretId, VersionId)).includes('AWSCURRENT')) {
    if (Date.now() > deadline) throw new Error(`version ${VersionId} did not become current`);
    await sleep(200);
  }
  return VersionId;
};

/** The deployed functions that get this secret. */
const readersOf = async (secretId: string): Promise<readonly FunctionConfiguration[]> => {
  const readers: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient() }, {}))
    readers.push(
      ...Functions.filter(({ Environment }) =>
        Object.values(Environment?.Variables ?? {}).some((value) => value.includes(secretId)),
      ),
    );
  return readers;
};

/** Makes every function read the secret again, as each does five minutes after it read it last. */
export const forgetRings = async (secretId: string): Promise<void> => {
  const readers = await readersOf(secretId);
  if (readers.length === 0) throw new Error(`no function reads the secret ${secretId}`);
  for (const { FunctionName, Timeout } of readers)
    await new LambdaClient().send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }));
};
