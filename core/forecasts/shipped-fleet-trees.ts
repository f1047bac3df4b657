import { decodeFleetTrees, type FleetTrees } from './engine/fleet/fleet-trees.ts';
import shipped from './shipped-fleet-trees.json' with { type: 'json' };

let decoded: FleetTrees | undefined;

/**
 * The fleet trees that ship with the product, trained on public data: they serve until a tenant has trees of its own.
 * Decoded on first use. `bench/models/models/train-shipped.ts` writes them.
 */
export const shippedFleetTrees = (): FleetTrees => {
  decoded ??= decodeFleetTrees(Buffer.from(shipped.base64, 'base64'));
  return decoded;
};
