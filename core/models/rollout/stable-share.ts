import { createHash } from 'node:crypto';

const UNITS_OF = 2 ** 48;

/**
 * A number in [0, 1) that stays the same for a unit (a series or a tenant) throughout a rollout, and is uniform over units.
 * A unit is in a share if its number is below it: growing the share keeps everybody who is in.
 */
export const positionOf = (rolloutId: string, unit: string): number =>
  createHash('sha256')
    .update(JSON.stringify([rolloutId, unit]))
    .digest()
    .readUIntBE(0, 6) / UNITS_OF;
