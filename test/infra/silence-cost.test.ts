import { describe, expect, it } from 'vitest';
import { priceLines, totalOf, type UsageLine } from '../../core/platform/billing/cost-lines.ts';
import { measureItems } from '../../cost/item-sizes.ts';
import { checkingSilence, idleSilence } from '../../cost/silence-cost.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { Workload } from '../../cost/workload.ts';
import { stageOf } from './synthesised-stage.ts';

const facts = factsOf(Object.values(stageOf('prod').templates));
const work = Workload.parse({});
const listOf = (lines: readonly UsageLine[]): number => totalOf(priceLines(lines)).list;

describe('the cost of finding silent targets', () => {
  it('is two cents a month without tenants', () => {
    // 0.00876 + requests 0.00175 + 8,760 x 0.05 s x 0.25 GB 0.0015 + 7.9 MB of logs 0.00367 + reads 0.00055
    expect(listOf(idleSilence(work, facts))).toBeCloseTo(0.01619, 4);
  });

  it('is less than two dollars a month for 1,000 hosts of ten metrics', () => {
    const cost = listOf(checkingSilence(work, facts, measureItems(10, 5)));
    expect(cost).toBeGreaterThan(1);
    expect(cost).toBeLessThan(2);
  });
});
