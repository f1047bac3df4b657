import { describe, expect, it } from 'vitest';
import { priceLines, totalOf, type UsageLine } from '../../core/platform/billing/cost-lines.ts';
import { measureItems } from '../../cost/item-sizes.ts';
import { comparingPeers, idlePeers } from '../../cost/peers-cost.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { Workload } from '../../cost/workload.ts';
import { stageOf } from './synthesised-stage.ts';

const facts = factsOf(Object.values(stageOf('prod').templates));
const work = Workload.parse({});
const listOf = (lines: readonly UsageLine[]): number => totalOf(priceLines(lines)).list;
const unitsOf = (lines: readonly UsageLine[], what: string): number =>
  lines.find((line) => line.what === what)?.units ?? Number.NaN;

describe('the cost of comparing peers', () => {
  it('is two cents a month without tenants: 8,760 schedules that find nothing', () => {
    const lines = idlePeers(work, facts);
    expect(unitsOf(lines, 'peer schedule starts')).toBe(8760);
    // 0.00876 + requests 0.00175 + 8,760 x 0.05 s x 0.25 GB 0.00146 + 7.9 MB of logs 0.00367 + reads 0.00055
    expect(listOf(lines)).toBeCloseTo(0.0162, 4);
  });

  it('is about two dollars a month for 1,000 hosts of ten metrics', () => {
    const lines = comparingPeers(work, facts, measureItems(10, 5));
    expect(unitsOf(lines, 'comparisons')).toBe(4 * 8760);
    expect(unitsOf(lines, 'states written')).toBe(4 * 730);
    expect(listOf(lines)).toBeGreaterThan(1);
    expect(listOf(lines)).toBeLessThan(2.5);
  });

  it('grows with the hosts, not with the metrics of a host as long as a block stays small', () => {
    const of = (hosts: number) =>
      listOf(comparingPeers({ ...work, hosts }, facts, measureItems(work.metrics, work.pushMinutes)));
    expect(of(10_000) / of(1000)).toBeGreaterThan(8);
    expect(of(10_000) / of(1000)).toBeLessThan(12);
  });
});
