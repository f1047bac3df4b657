/** Who did something, as records and logs name them. Names of API keys are free and may be the same: `keyId` is not. */
import * as z from 'zod';
import type { Identity } from './identity.ts';

export const ACTOR_KINDS = ['key', 'person', 'token', 'unknown'] as const;

export const Actor = z.object({
  /** `token`: with an access token, which came from the key of `keyId` or, without one, from a person. */
  kind: z.enum(ACTOR_KINDS),
  name: z.string(),
  keyId: z.string().exactOptional(),
});
export type Actor = z.infer<typeof Actor>;

/** An actor as it is stored. Records of earlier releases have the name alone. */
export const StoredActor = z.union([
  Actor,
  z.string().transform((name): Actor => ({ kind: 'unknown', name })),
]);

export const actorOf = ({ kind, name, keyId }: Identity): Actor => ({
  ...{ kind, name },
  ...(keyId === undefined ? {} : { keyId }),
});
