import type * as z from 'zod';
import { SigningKeys } from '../../core/changes/api/webhooks.ts';
import { standardMac } from '../../core/platform/secrets/webhook-signature.ts';

export interface Webhook {
  readonly id: string;
  readonly body: string;
  /** Epoch seconds. */
  readonly sentAt: number;
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Headers as a sender makes them from a secret that it was shown (`whsec_…`). */
export const signed = (secret: string, { id, body, sentAt }: Webhook): Record<string, string> => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const mac = standardMac(key, id, String(sentAt), body).toString('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(sentAt), 'webhook-signature': `v1,${mac}` };
};

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends webhooks to a tenant's address, as they are. */
export const webhookSender =
  (url: string, tenantId: string) =>
  async (headers: Readonly<Record<string, string>>, body: string): Promise<Answer> => {
    const response = await fetch(`${url}/v1/webhooks/${tenantId}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, body: await response.text() };
  };

/** The secrets that the product shows to an administrator of the tenant, the one to sign with first. */
export const shownKeys = async (
  url: string,
  apiKey: string,
): Promise<z.infer<typeof SigningKeys>['keys']> => {
  const response = await fetch(`${url}/v1/webhooks/signing-keys`, { headers: { 'x-api-key': apiKey } });
  return SigningKeys.parse(await response.json()).keys;
};
