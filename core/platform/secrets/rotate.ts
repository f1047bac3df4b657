/**
 * One step of a rotation, as Secrets Manager asks for it. Each step may be repeated, run twice at once, or be retried
 * after it failed before or after its effect: the current version stays valid until the pending one has been tested.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { RotatedCredential, SecretState, SecretVersions } from './ports.ts';

export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

export interface RotateDeps {
  readonly versions: SecretVersions;
  readonly credential: RotatedCredential;
}

export interface RotationRequest {
  readonly step: RotationStep;
  /** Id of the version that the rotation makes. */
  readonly versionId: string;
}

/** True if the version is current already: the rotation ended, and a step of it is repeated. */
const isFinished = ({ isRotationEnabled, labels }: SecretState, versionId: string): boolean => {
  if (!isRotationEnabled) throw new InvalidInputError('the rotation of the secret is switched off');
  const own = labels.get(versionId);
  if (own === undefined) throw new InvalidInputError(`the secret has no version ${versionId}`);
  if (own.has('current')) return true;
  if (own.has('pending')) return false;
  throw new InvalidInputError(`version ${versionId} is not pending: its rotation was cancelled`);
};

const currentOf = ({ labels }: SecretState): string => {
  for (const [id, own] of labels) if (own.has('current')) return id;
  throw new InvalidInputError('the secret has no current version');
};

const contentOf = async (versions: SecretVersions, versionId: string): Promise<string> => {
  const content = await versions.read(versionId);
  if (content !== undefined) return content;
  throw new InvalidInputError(`version ${versionId} has no content: createSecret did not store any`);
};

/** Two invocations may create different contents at once; the first that is stored counts for both. */
const create = async ({ versions, credential }: RotateDeps, versionId: string, currentId: string) => {
  if ((await versions.read(versionId)) !== undefined) return;
  const content = await credential.create(await contentOf(versions, currentId));
  try {
    await versions.store(versionId, content);
  } catch (error) {
    if (!(error instanceof ConflictError) || (await versions.read(versionId)) === undefined) throw error;
  }
};

const promote = async ({ versions }: RotateDeps, versionId: string, currentId: string) => {
  try {
    await versions.promote(versionId, currentId);
  } catch (error) {
    if (!(error instanceof ConflictError) || !isFinished(await versions.describe(), versionId)) throw error;
  }
};

/**
 * When a schedule is made, Secrets Manager tries it with `testSecret` alone, on a version that it makes for that and then
 * removes. Such a version is empty or a copy of the current one; it cannot become current, because `finishSecret` refuses
 * both. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html (`RotateImmediately`)
 */
const isTrial = async (versions: SecretVersions, versionId: string, currentId: string): Promise<boolean> => {
  const content = await versions.read(versionId);
  return content === undefined || content === (await contentOf(versions, currentId));
};

/**
 * Executes one step.
 * @returns `finished` if the version is current, now or since earlier
 * @throws InvalidInputError for a rotation that was cancelled, is switched off or lacks an earlier step
 */
export const rotate = async (
  deps: RotateDeps,
  { step, versionId }: RotationRequest,
): Promise<'in-progress' | 'finished'> => {
  const { versions, credential } = deps;
  const state = await versions.describe();
  if (isFinished(state, versionId)) return 'finished';
  const currentId = currentOf(state);
  if (step === 'createSecret') {
    await create(deps, versionId, currentId);
    return 'in-progress';
  }
  if (step === 'testSecret' && (await isTrial(versions, versionId, currentId))) return 'in-progress';
  const [pending, current] = await Promise.all([
    contentOf(versions, versionId),
    contentOf(versions, currentId),
  ]);
  if (step === 'setSecret') await credential.set(pending, current);
  else await credential.test(pending, current);
  if (step !== 'finishSecret') return 'in-progress';
  await promote(deps, versionId, currentId);
  return 'finished';
};
