/** API keys: 256 random bits after a recognisable prefix. Only the SHA-256 of a key is stored. */
import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../shared/errors.ts';

export const API_KEY_BYTES = 32;
const API_KEY = /^fsk_[A-Za-z0-9_-]{43}$/;

/**
 * Formats 32 random bytes as a key: `fsk_` and 43 base64url characters.
 * @throws InvalidInputError for any other number of bytes
 */
export const formatApiKey = (random: Uint8Array): string => {
  if (random.length !== API_KEY_BYTES)
    throw new InvalidInputError(`an API key needs ${API_KEY_BYTES} random bytes, found ${random.length}`);
  return `fsk_${Buffer.from(random).toString('base64url')}`;
};

/** True if the text has the syntax of a key, so that other texts are not looked up. */
export const isApiKey = (text: string): boolean => API_KEY.test(text);

/** SHA-256 in hex. Deliberately unsalted: 256 random bits cannot be guessed, and the hash is the lookup key. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');
