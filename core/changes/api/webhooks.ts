/** Signed webhooks in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';

/** Any text: an unknown tenant has no valid signature, and is answered like a wrong one. */
export const WebhookPath = z.object({ tenantId: z.string() });

export const WebhookHeaders = z.object({
  'webhook-id': z.string().optional().describe('Identifies the webhook: the same each time it is sent'),
  'webhook-timestamp': z
    .string()
    .optional()
    .describe('Epoch seconds at which it was sent; refused if more than five minutes away'),
  'webhook-signature': z
    .string()
    .optional()
    .describe('`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64 (Standard Webhooks)'),
  'x-slack-request-timestamp': z.string().optional().describe('Instead: epoch seconds, as Slack signs'),
  'x-slack-signature': z
    .string()
    .optional()
    .describe('Instead: `v0=` and the HMAC-SHA256 of `v0:timestamp:body` in hexadecimal, as Slack signs'),
});

export const SigningKeys = named(
  'SigningKeys',
  z.object({
    keys: z.array(
      z.object({
        versionId: z.string(),
        secret: z.string().describe('`whsec_` and 32 bytes in base64'),
        use: z
          .enum(['sign', 'next', 'retiring'])
          .describe(
            '`sign`: use it now; `next`: use it from `usableFrom`; `retiring`: accepted until the next rotation',
          ),
        usableFrom: ResponseInstant.optional(),
      }),
    ),
  }),
);
