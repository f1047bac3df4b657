/** The replacement of a tenant's webhook secrets in the API. */
import * as z from 'zod';
import { named } from './components.ts';
import { ResponseInstant } from './instants.ts';

const [DEFAULT_OVERLAP_HOURS, MAX_OVERLAP_HOURS] = [24, 720];

export const WebhookReplacement = named(
  'WebhookReplacement',
  z.strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(MAX_OVERLAP_HOURS)
      .default(DEFAULT_OVERLAP_HOURS)
      .describe('Hours for which the replaced secrets are accepted'),
  }),
);

export const ReplacedWebhooks = named(
  'ReplacedWebhooks',
  z.object({
    generation: z.number().int().describe('How often the secrets were replaced'),
    replacedValidUntil: ResponseInstant,
  }),
);
