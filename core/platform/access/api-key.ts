/** API keys: 256 random bits behind a recognisable prefix. Only the SHA-256 of a key is ever stored. */
import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../shared/errors.ts';

export const API_KEY_BYTES = 32;
const API_KEY = /^fsk_[A-Za-z0-9_-]{43}$/;

/**
 * Writes 32 random bytes as a key: `fsk_` and 43 base64url characters.
 * @throws InvalidInputError for any other number of bytes
 */
export const formatApiKey = (random: Uint8Array): string => {
  if (random.length !== API_KEY_BYTES)
    throw new InvalidInputError(`an API key takes ${API_KEY_BYTES} random bytes, not ${random.length}`);
  return `fsk_${Buffer.from(random).toString('base64url')}`;
};

/** True when the text has the shape of a key; anything else is not worth looking up. */
export const isApiKey = (text: string): boolean => API_KEY.test(text);

/** SHA-256 in hex. Unsalted on purpose: with 256 random bits there is nothing to guess, and it can be looked up. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');
