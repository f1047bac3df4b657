/** Credentials that requests carry. */
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
