import { ConflictError } from '../../shared/errors.ts';
import { type ApiKey, type Author, stateOf } from '../api-key.ts';
import { type IssuedKey, makeKey, type Random } from './issue-key.ts';
import type { ApiKeyStore } from './ports.ts';

export interface Rotation {
  readonly by: Author;
  /** Seconds for which the replaced key stays valid. */
  readonly overlap: number;
}

const refuseUnlessActive = (key: ApiKey, now: number): void => {
  if (key.replacedBy !== undefined)
    throw new ConflictError(`API key ${key.keyId} was replaced by ${key.replacedBy}: rotate that one`);
  const state = stateOf(key, now);
  if (state !== 'active') throw new ConflictError(`API key ${key.keyId} is ${state}: create another one`);
};

/** When the successor of a key expires if the key is replaced at `now`; undefined if the key does not expire. Epoch seconds. */
export const successorEnd = ({ createdAt, validUntil }: ApiKey, now: number): number | undefined =>
  validUntil === undefined ? undefined : now + validUntil - createdAt;

/**
 * Replaces a key by one with the same name, scopes and lifetime. Both are valid during the overlap. A repeated rotation
 * is refused, so that one whose answer was lost leaves no second key. `now` in epoch seconds.
 * @throws ConflictError if the key is not active, or was replaced before
 */
export const rotateKey = async (
  keys: ApiKeyStore,
  replaced: ApiKey,
  { by, overlap }: Rotation,
  random: Random,
  now: number,
): Promise<IssuedKey> => {
  refuseUnlessActive(replaced, now);
  const { tenantId, keyId, name, scopes, validUntil } = replaced;
  const order = { tenantId, name, scopes, by, validUntil: successorEnd(replaced, now) };
  const issued = makeKey(order, random, now);
  const end = Math.min(now + overlap, validUntil ?? Number.POSITIVE_INFINITY);
  await keys.replace({ keyId, validUntil: end }, issued.key);
  return issued;
};
