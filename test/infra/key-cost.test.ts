import { describe, expect, it } from 'vitest';
import { priceLines, totalOf } from '../../core/platform/billing/cost-lines.ts';
import { keyUsage } from '../../cost/key-cost.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { stageOf } from './synthesised-stage.ts';

const facts = factsOf(Object.values(stageOf('prod', { encryption: 'customer-key' }).templates));

describe('a customer key', () => {
  it('costs a dollar a month, and at most three and a half of requests', () => {
    expect(facts.monthly.get('kmsKeyMonth')).toBe(1);
    const { list } = totalOf(priceLines(keyUsage(facts)));
    expect(list).toBeGreaterThan(1);
    expect(list).toBeLessThan(3.5);
  });

  it('is requested every five minutes for each store that a function uses, and hourly for each queue', () => {
    const [stores, queues] = keyUsage(facts);
    expect(stores?.units).toBe(facts.keyUses.stores * 8760);
    expect(queues?.units).toBe(facts.keyUses.queuesPerHour * 3 * 730);
    expect(facts.keyUses.stores).toBeGreaterThan(50);
    expect(facts.keyUses.queuesPerHour).toBeGreaterThan(5);
  });

  it('costs nothing if a stage has none', () => {
    expect(keyUsage(factsOf(Object.values(stageOf('prod').templates)))).toEqual([]);
  });
});
