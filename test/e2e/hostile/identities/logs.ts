/** Credentials that requests carry, and what the functions logged of them. */
import type { Sent, SentBytes } from './row.ts';

const CREDENTIAL_HEADERS =
  /^(?:(?:proxy-|x-forwarded-)?authorization|x[-_]api[-_]key|cookie|webhook-signature|x-slack-signature)$/i;
const MIN_LENGTH = 24;

/** The credentials that a request carries in its headers. */
export const credentialsIn = (sent: Sent | SentBytes): readonly string[] =>
  'bytes' in sent
    ? []
    : (sent.headers ?? [])
        .filter(([name]) => CREDENTIAL_HEADERS.test(name))
        .flatMap(([, value]) => value.split(/[\s,]+/))
        .filter((text) => text.length >= MIN_LENGTH);

const WINDOW = 20;
const MIN_DISTINCT = 8;

/** Parts by which a cut text is recognised, too: the beginning, the middle and the end of what is secret. */
const partsOf = (credential: string): readonly string[] => {
  const secret = /^fsk_.*_([\w-]{43})$/.exec(credential)?.[1] ?? credential;
  const starts = [0, Math.floor((secret.length - WINDOW) / 2), secret.length - WINDOW];
  return starts
    .map((at) => secret.slice(Math.max(0, at), Math.max(0, at) + WINDOW))
    .filter((part) => new Set(part).size >= MIN_DISTINCT);
};

/** Parts of credentials that the lines hold. */
export const leakedIn = (lines: readonly string[], credentials: Iterable<string>): readonly string[] => {
  const text = lines.join('\n');
  return [...new Set([...credentials].flatMap(partsOf))].filter((part) => text.includes(part));
};
