import { describe, expect, it } from 'vitest';
import { shippedFleetTrees } from '../../../core/forecasts/shipped-fleet-trees.ts';

describe('the fleet trees that ship with the product', () => {
  it('can be read, and serve steps from a minute to a quarter of an hour and leads of eight hours', () => {
    const { stepSeconds, maxLeadSeconds, dataHash, levels } = shippedFleetTrees();
    expect({ stepSeconds, maxLeadSeconds }).toEqual({
      stepSeconds: { min: 60, max: 900 },
      maxLeadSeconds: 28_800,
    });
    expect(dataHash).toMatch(/^[0-9a-f]{64}$/);
    expect(levels.every((trees) => trees.length === 100)).toBe(true);
  });

  it('are decoded once', () => {
    expect(shippedFleetTrees()).toBe(shippedFleetTrees());
  });
});
