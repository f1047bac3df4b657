/** The replacement of a tenant's webhook secrets in the API. */
import * as z from 'zod';
import { named } from './components.ts';
import { ResponseInstant } from './instants.ts';
import { overlapHours } from './overlap.ts';

export const WebhookReplacement = named(
  'WebhookReplacement',
  z.strictObject({ overlapHours: overlapHours('Hours for which the replaced secrets are accepted') }),
);

export const ReplacedWebhooks = named(
  'ReplacedWebhooks',
  z.object({
    generation: z.number().int().describe('How often the secrets were replaced'),
    replacedValidUntil: ResponseInstant,
  }),
);
