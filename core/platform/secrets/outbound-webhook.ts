/**
 * Webhooks that Forestall sends to an integration, signed as Standard Webhooks does
 * (https://www.standardwebhooks.com). Each carries a signature of the current and of the previous version, so that a
 * receiver with either of them verifies it.
 */
import type { KeyRing, KeyVersion } from './key-ring.ts';
import { standardMac } from './webhook-signature.ts';

export interface OutboundWebhook {
  /** The same each time it is sent. */
  readonly id: string;
  /** Epoch seconds. */
  readonly seconds: number;
  readonly body: string;
}

const keyBytes = ({ key }: KeyVersion): Buffer => Buffer.from(key, 'utf8');

/** The secret in the text form of Standard Webhooks: `whsec_` and its bytes in base64. */
export const outboundSecret = (version: KeyVersion): string =>
  `whsec_${keyBytes(version).toString('base64')}`;

/** Headers that sign a webhook. */
export const signOutbound = (
  { current, previous }: Pick<KeyRing, 'current' | 'previous'>,
  { id, seconds, body }: OutboundWebhook,
): Record<string, string> => {
  const versions = previous === undefined ? [current] : [current, previous];
  const signatures = versions.map((version) => {
    const mac = standardMac(keyBytes(version), id, String(seconds), body);
    return `v1,${mac.toString('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
};
