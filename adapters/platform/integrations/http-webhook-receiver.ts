import type { SignedWebhook } from '../../../core/platform/api/integrations.ts';
import type { WebhookReceiver } from '../../../core/platform/secrets/ports.ts';
import type { Breaker } from '../../../core/shared/resilience/breaker.ts';
import { callIntegration } from './call-integration.ts';

/** Sends signed webhooks by HTTP POST. */
export const httpWebhookReceiver = (
  { url }: Pick<SignedWebhook, 'url'>,
  breaker: Breaker,
): WebhookReceiver => ({
  deliver: async (headers, body) => {
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
    const response = await callIntegration(breaker, url, init);
    await response.body?.cancel();
    return response.status;
  },
});
