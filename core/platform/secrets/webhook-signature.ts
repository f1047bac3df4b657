/**
 * Signatures of webhooks. Two schemes: Standard Webhooks 1.0 (https://www.standardwebhooks.com, headers `webhook-id`,
 * `webhook-timestamp`, `webhook-signature`), and that of Slack for senders that know no other
 * (https://docs.slack.dev/authentication/verifying-requests-from-slack). Both cover the time and the body.
 */
import { createHash, createHmac } from 'node:crypto';
import { deriveKey, isSameMac, type KeyRing, type KeyVersion, validVersions } from './key-ring.ts';

/** A webhook is refused when its time differs by more from ours. */
export const WEBHOOK_WINDOW_SECONDS = 300;

export interface WebhookRequest {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it was sent. */
  readonly body: string | Uint8Array;
}

export interface VerifiedWebhook {
  /** Identifies the webhook: the same for each repetition, so that it can be executed once. */
  readonly id: string;
  readonly version: KeyVersion;
}

/** The sender's secret for a tenant in the text form of Standard Webhooks: `whsec_` and 32 bytes in base64. */
export const webhookSecret = (version: KeyVersion, tenantId: string): string =>
  `whsec_${deriveKey(version, 'webhook', tenantId).toString('base64')}`;

export const standardMac = (key: Uint8Array, id: string, time: string, body: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest();

export const slackMac = (secret: string, time: string, body: string | Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`v0:${time}:`).update(body).digest();

const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;
const HEX_OF_32_BYTES = /^[0-9a-f]{64}$/;
/** A sender that rotates its own key sends a few signatures; more are not tried. */
const MAX_SIGNATURES = 5;

/** Macs of the `v1` signatures in a list such as `v1,<base64> v1a,<base64>`. */
const standardSignatures = (header: string): readonly Buffer[] =>
  header
    .split(' ', MAX_SIGNATURES)
    .flatMap((each) => {
      const [scheme, text = '', ...more] = each.split(',');
      return scheme === 'v1' && more.length === 0 && BASE64_OF_32_BYTES.test(text) ? [text] : [];
    })
    .map((text) => Buffer.from(text, 'base64'));

const slackSignatures = (header: string): readonly Buffer[] => {
  const [scheme, text = ''] = header.split('=');
  return scheme === 'v0' && HEX_OF_32_BYTES.test(text) ? [Buffer.from(text, 'hex')] : [];
};

interface Claim {
  readonly id: string;
  readonly time: string;
  readonly given: readonly Buffer[];
  readonly macOf: (version: KeyVersion) => Buffer;
}

const ID = /^[\x21-\x7e]{1,128}$/;

const standardClaim = ({ headers, body }: WebhookRequest, tenantId: string): Claim | undefined => {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = headers;
  if (id === undefined || !ID.test(id) || time === undefined || signature === undefined) return undefined;
  const macOf = (version: KeyVersion) => standardMac(deriveKey(version, 'webhook', tenantId), id, time, body);
  return { id, time, given: standardSignatures(signature), macOf };
};

/** Slack names no id: the signed text identifies the webhook. */
const slackClaim = ({ headers, body }: WebhookRequest, tenantId: string): Claim | undefined => {
  const { 'x-slack-request-timestamp': time, 'x-slack-signature': signature } = headers;
  if (time === undefined || signature === undefined) return undefined;
  const id = `slack-${createHash('sha256').update(`${time}:`).update(body).digest('hex')}`;
  const macOf = (version: KeyVersion) => slackMac(webhookSecret(version, tenantId), time, body);
  return { id, time, given: slackSignatures(signature), macOf };
};

const isTimely = (time: string, now: number): boolean =>
  /^\d{1,12}$/.test(time) && Math.abs(Number(time) - now / 1000) <= WEBHOOK_WINDOW_SECONDS;

/** Verifies a webhook at `now` (epoch milliseconds); undefined if it is unsigned, altered, or too old or new. */
export const verifyWebhook = (
  ring: KeyRing,
  tenantId: string,
  request: WebhookRequest,
  now: number,
): VerifiedWebhook | undefined => {
  const claim = standardClaim(request, tenantId) ?? slackClaim(request, tenantId);
  if (claim === undefined || !isTimely(claim.time, now)) return undefined;
  const { id, given, macOf } = claim;
  const version = validVersions(ring).find((each) => given.some((mac) => isSameMac(mac, macOf(each))));
  return version && { id, version };
};

/** Verifies a webhook whose secret derives from one of the scopes. */
export const verifyInScopes = (
  ring: KeyRing,
  scopes: readonly string[],
  request: WebhookRequest,
  now: number,
): VerifiedWebhook | undefined => {
  for (const scope of scopes) {
    const verified = verifyWebhook(ring, scope, request, now);
    if (verified !== undefined) return verified;
  }
  return undefined;
};

/** Headers that sign a webhook as Standard Webhooks does. */
export const signWebhook = (
  version: KeyVersion,
  tenantId: string,
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
): Record<string, string> => {
  const mac = standardMac(deriveKey(version, 'webhook', tenantId), id, String(seconds), body);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${mac.toString('base64')}`,
  };
};
