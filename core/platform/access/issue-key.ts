import { type ApiKey, type Author, formatApiKey, hashApiKey, newKeyId, SECRET_BYTES } from '../api-key.ts';
import { type Scope, scopesOf } from '../permissions.ts';
import type { ApiKeyAdder } from './ports.ts';

/** Cryptographically random bytes. */
export type Random = (bytes: number) => Uint8Array;

export interface KeyOrder {
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly by: Author;
  /** Default: random. */
  readonly keyId?: string | undefined;
  /** Epoch seconds. */
  readonly validUntil?: number | undefined;
}

/** A new key and its text, which nothing stores. */
export interface IssuedKey {
  readonly key: ApiKey;
  readonly text: string;
}

/** Makes a key and its text; stores nothing. `now` in epoch seconds. */
export const makeKey = (order: KeyOrder, random: Random, now: number): IssuedKey => {
  const { tenantId, name, scopes, by, validUntil, keyId = newKeyId(random) } = order;
  const text = formatApiKey({ tenantId, keyId }, random(SECRET_BYTES));
  const key: ApiKey = {
    ...{ tenantId, keyId, name, scopes: scopesOf(scopes), hash: hashApiKey(text) },
    ...{ createdAt: now, createdBy: by, ...(validUntil === undefined ? {} : { validUntil }) },
  };
  return { key, text };
};

/** Makes a key and stores it. @throws ConflictError if the tenant has a key with the given id */
export const issueKey = async (
  keys: ApiKeyAdder,
  order: KeyOrder,
  random: Random,
  now: number,
): Promise<IssuedKey> => {
  const issued = makeKey(order, random, now);
  await keys.add(issued.key);
  return issued;
};
