/** Events of the platform itself. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { DEPENDENCY_KINDS } from './breaker-key.ts';

export const PLATFORM_SOURCE = 'forestall.platform';

/** A secret has a new current version; the one before is still accepted. `tenantId` is the tenant of the operator. */
export const SecretRotated = z.object({
  ...eventFields,
  /** `signing`, `vault`, … */
  secret: z.string(),
  versionId: z.string(),
});

const breakerFields = {
  ...eventFields,
  kind: z.enum(DEPENDENCY_KINDS),
  /** The dependency: a service of AWS, an integration, or an action on a kind of resource. */
  name: z.string(),
};

/** A dependency failed repeatedly, and is not called until `retryAt`. */
export const BreakerOpened = z.object({
  ...breakerFields,
  /** The failure that opened the breaker. */
  reason: z.string(),
  retryAt: z.iso.datetime(),
});

/** A dependency answers again. */
export const BreakerClosed = z.object({
  ...breakerFields,
  /** When the breaker opened. */
  openedAt: z.iso.datetime(),
});

export const PLATFORM_EVENTS = { SecretRotated, BreakerOpened, BreakerClosed } as const;
export type PlatformEvent = EventOf<typeof PLATFORM_EVENTS, typeof PLATFORM_SOURCE>;
