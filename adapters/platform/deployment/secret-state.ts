import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  type SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import {
  MissingPermissionError,
  type SecretFact,
  type SecretVersionFact,
} from '../../../core/platform/doctor/ports.ts';
import { parseKey } from '../../../core/platform/secrets/key-ring.ts';
import { parseToken } from '../../../core/platform/secrets/token-credential.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { OperatorClients } from './clients.ts';
import { permitted, unlessGone } from './permitted.ts';
import { partOf, type StageResource, type StageStacks } from './stage-stacks.ts';

/** A secret that CloudFormation generates as a key holds keys; others hold tokens. */
const Generated = z.object({
  GenerateSecretString: z.object({ GenerateStringKey: z.string() }).optional(),
});
const Schedule = z.object({ RotationRules: z.object({ ScheduleExpression: z.string() }) });

const parserOf = ({ properties }: StageResource): ((versionId: string, content: string) => unknown) =>
  Generated.parse(properties).GenerateSecretString?.GenerateStringKey === 'key' ? parseKey : parseToken;

/** Days of the schedule that names the secret. Its reference has the logical id, also if it is an import. */
const rotationDaysOf = ({ logicalId }: StageResource, schedules: readonly StageResource[]) => {
  const own = schedules.find(({ properties }) => JSON.stringify(properties.SecretId).includes(logicalId));
  if (own === undefined) return undefined;
  const expression = Schedule.parse(own.properties).RotationRules.ScheduleExpression;
  return Number(/^rate\((\d+) days?\)$/.exec(expression)?.[1] ?? Number.NaN);
};

/** ARN of the function that rotates, in the account and region of the secret. */
const rotatorOf = async (secretArn: string, stage: StageStacks): Promise<string | undefined> => {
  const functions = await stage.ofType('AWS::Lambda::Function');
  const rotator = functions.find((fn) => partOf(fn).endsWith('/RotateSecret'));
  const [, partition, , region, account] = secretArn.split(':');
  return rotator && `arn:${partition}:lambda:${region}:${account}:function:${rotator.physicalId}`;
};

/** The content of a version; undefined if the caller may not read it. */
const readContent = async (
  { secrets }: OperatorClients,
  SecretId: string,
  VersionId: string,
): Promise<string | undefined> => {
  try {
    const { SecretString = '' } = await permitted('secretsmanager:GetSecretValue', () =>
      secrets.send(new GetSecretValueCommand({ SecretId, VersionId })),
    );
    return SecretString;
  } catch (error) {
    if (error instanceof MissingPermissionError) return undefined;
    throw error;
  }
};

const judgeContent = (
  parse: (versionId: string, content: string) => unknown,
  versionId: string,
  content: string | undefined,
): Pick<SecretVersionFact, 'content' | 'reason'> => {
  if (content === undefined) return { content: 'unread' };
  try {
    parse(versionId, content);
    return { content: 'valid' };
  } catch (error) {
    if (error instanceof ConfigurationError) return { content: 'invalid', reason: error.message };
    throw error;
  }
};

const labelled = (versions: readonly SecretVersionsListEntry[], label: string) =>
  versions.find(({ VersionStages = [] }) => VersionStages.includes(label));

/** The current version and the one before. */
const readVersions = async (
  clients: OperatorClients,
  resource: StageResource,
  listed: readonly SecretVersionsListEntry[],
): Promise<readonly SecretVersionFact[]> => {
  const used = (['current', 'previous'] as const).flatMap((label) => {
    const id = labelled(listed, `AWS${label.toUpperCase()}`)?.VersionId;
    return id === undefined ? [] : [{ id, label }];
  });
  return inParallel(1, used, async ({ id, label }) => {
    const content = await readContent(clients, resource.physicalId, id);
    return { id, label, ...judgeContent(parserOf(resource), id, content) };
  });
};

const GONE = { isRotationEnabled: false, currentSince: 0, pendingSince: undefined, pendingId: undefined };

const readSecret = async (
  clients: OperatorClients,
  stage: StageStacks,
  resource: StageResource,
  readAt: number,
): Promise<SecretFact> => {
  const SecretId = resource.physicalId;
  const rotationDays = rotationDaysOf(resource, await stage.ofType('AWS::SecretsManager::RotationSchedule'));
  const rotator = await rotatorOf(SecretId, stage);
  const known = { name: partOf(resource), id: SecretId, rotationDays, rotator, readAt };
  const described = await unlessGone(
    permitted('secretsmanager:DescribeSecret', () =>
      clients.secrets.send(new DescribeSecretCommand({ SecretId })),
    ),
  );
  if (described?.DeletedDate !== undefined || described === undefined) {
    const state = described === undefined ? 'deleted' : 'deleting';
    return { ...known, ...GONE, versions: [], state };
  }
  const { Versions = [] } = await permitted('secretsmanager:ListSecretVersionIds', () =>
    clients.secrets.send(new ListSecretVersionIdsCommand({ SecretId })),
  );
  const pending = labelled(Versions, 'AWSPENDING');
  const isPending = pending !== undefined && !pending.VersionStages?.includes('AWSCURRENT');
  return {
    ...known,
    isRotationEnabled: described.RotationEnabled ?? false,
    currentSince: labelled(Versions, 'AWSCURRENT')?.CreatedDate?.getTime() ?? 0,
    pendingSince: isPending ? pending.CreatedDate?.getTime() : undefined,
    pendingId: isPending ? pending.VersionId : undefined,
    versions: await readVersions(clients, resource, Versions),
    state: 'active',
  };
};

/** The secrets of the stage; their contents are checked, not kept. */
export const readSecrets = async (
  clients: OperatorClients,
  stage: StageStacks,
  readAt: number,
): Promise<readonly SecretFact[]> =>
  inParallel(2, await stage.ofType('AWS::SecretsManager::Secret'), (secret) =>
    readSecret(clients, stage, secret, readAt),
  );
