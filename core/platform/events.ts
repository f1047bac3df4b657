/** Events of the platform itself. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';

export const PLATFORM_SOURCE = 'forestall.platform';

/** A secret has a new current version; the one before is still accepted. `tenantId` is the tenant of the operator. */
export const SecretRotated = z.object({
  ...eventFields,
  /** `signing`, `vault`, … */
  secret: z.string(),
  versionId: z.string(),
});

export const PLATFORM_EVENTS = { SecretRotated } as const;
export type PlatformEvent = EventOf<typeof PLATFORM_EVENTS, typeof PLATFORM_SOURCE>;
