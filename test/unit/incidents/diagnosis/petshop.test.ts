import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disguise, disguisedName } from '../../../../bench/incidents/diagnose/disguise.ts';
import { loadPetShop } from '../../../../bench/incidents/diagnose/load-issues.ts';
import { recall, scoreCase } from '../../../../bench/incidents/diagnose/score-cases.ts';
import { syntheticCases } from '../../../../bench/incidents/diagnose/synthetic-cases.ts';
import { diagnose } from '../../../../core/incidents/diagnosis/diagnose.ts';

const data = process.env.FORESTALL_DATA ?? '../shared/data';
const isHere = existsSync(join(data, 'petshop', 'root-causes.json'));

describe.skipIf(!isHere)('on PetShop (skipped where FORESTALL_DATA has no petshop folder)', () => {
  const petShop = isHere ? loadPetShop(data) : null;
  const faults = petShop === null ? [] : syntheticCases(petShop, 150, 5);

  it('names the cause of every given issue, with and without normal data', () => {
    const issues = petShop!.issues;
    for (const variant of ['all input', 'no normal data'] as const) {
      const { top1, cases } = recall(issues.map((issue) => scoreCase(issue, variant)));
      expect(top1).toBe(cases);
    }
  });

  it('names at least 95 % of synthetic faults, and without normal data at most two points fewer', () => {
    const [all, without] = (['all input', 'no normal data'] as const).map((variant) => {
      const { top1, cases } = recall(faults.map((fault) => scoreCase(fault, variant)));
      return top1 / cases;
    });
    expect(new Set(faults.map(({ cause }) => cause)).size).toBeGreaterThanOrEqual(20);
    expect(all).toBeGreaterThanOrEqual(0.95);
    expect(Math.abs(all! - without!)).toBeLessThanOrEqual(0.02);
  });

  it('ranks the same under hashed names and in another order', () => {
    for (const [seed, issue] of petShop!.issues.entries()) {
      const hidden = diagnose(disguise(issue, seed)).causes.map(({ node }) => node);
      expect(hidden).toEqual(diagnose(issue).causes.map(({ node }) => disguisedName(node, seed)));
    }
  });
});
