import { describe, expect, it } from 'vitest';
import { priceLines, totalOf, type UsageLine } from '../../core/platform/billing/cost-lines.ts';
import { idlePolls, idleUsage } from '../../cost/idle-cost.ts';
import { remediationUsage } from '../../cost/remediation-cost.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { Workload } from '../../cost/workload.ts';
import { stageOf } from './synthesised-stage.ts';

const facts = factsOf(Object.values(stageOf('prod').templates));
const work = Workload.parse({});
const listOf = (lines: readonly UsageLine[]): number => totalOf(priceLines(lines)).list;
const unitsOf = (lines: readonly UsageLine[], what: string): number =>
  lines.find((line) => line.what === what)?.units ?? Number.NaN;

describe('the cost of remediations', () => {
  it('of an idle stage is that of polling one queue', () => {
    const polls = unitsOf(idleUsage(facts, work), 'polls by Lambda');
    expect(polls).toBe(4 * idlePolls(1));
  });

  it('looks at each predicted breach and each update of an incident', () => {
    const lines = remediationUsage({ ...work, remediations: 0 }, facts);
    // 730 runs predict 200 breaches each, read in twenties of ten; 21,460 + 730 x 1 updates come alone.
    const updates = 20_000 + 730 * Math.ceil(200 / facts.signalBatchSize);
    expect(unitsOf(lines, 'causes queued')).toBe(730 * 200 + updates + 2 * (730 * 20 + updates));
    expect(unitsOf(lines, 'starts and steps')).toBe(730 * 20 + updates);
    expect(unitsOf(lines, 'policies looked up')).toBe((730 * 200 + updates) * 4);
    expect(unitsOf(lines, 'transitions of the workflow')).toBe(0);
    expect(listOf(lines)).toBeGreaterThan(0.1);
    expect(listOf(lines)).toBeLessThan(0.3);
  });

  it('of one that is carried out is about a tenth of a cent', () => {
    const of = (remediations: number) => listOf(remediationUsage({ ...work, remediations }, facts));
    const each = (of(1000) - of(0)) / 1000;
    expect(each).toBeGreaterThan(0.001);
    expect(each).toBeLessThan(0.0015);
  });
});
