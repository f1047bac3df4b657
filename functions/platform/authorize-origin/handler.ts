import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { type KeyRing, validVersions } from '../../../core/platform/secrets/key-ring.ts';
import type { KeyRings } from '../../../core/platform/secrets/ports.ts';

export interface Deps {
  /** The secret that CloudFront sends with each request. */
  readonly rings: KeyRings;
}

/** What API Gateway passes to an authoriser (payload format 2.0); it refuses requests without the header itself. */
const Input = z.object({ identitySource: z.array(z.string()).length(1) });

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isKnown = (ring: KeyRing, given: string): boolean =>
  validVersions(ring).some(({ key }) => timingSafeEqual(digest(key), digest(given)));

/** Lets a request through only if it came through CloudFront, where the firewall checks it. */
export const makeHandler =
  ({ rings }: Deps) =>
  async (event: unknown): Promise<{ readonly isAuthorized: boolean }> => {
    const given = Input.safeParse(event).data?.identitySource[0];
    if (given === undefined) return { isAuthorized: false };
    const isAuthorized = isKnown(await rings.read(), given) || isKnown(await rings.readAgain(), given);
    return { isAuthorized };
  };
