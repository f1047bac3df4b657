/** A tenth of the worlds of `forestall bench gate`; and the oracle notices a gate that lacks a rule. */
import { describe, expect, it } from 'vitest';
import { GATE, measureStricter, measureWorlds } from '../../bench/remediation/gate/measure.ts';
import { violationsOf } from '../../bench/remediation/gate/oracle.ts';
import { simulate } from '../../bench/remediation/gate/simulate.ts';
import type { Gate } from '../../bench/remediation/gate/tenant.ts';
import { judge } from '../../core/remediation/gate/judge.ts';
import { judgeUndo } from '../../core/remediation/gate/undo.ts';

const PARTS = 5;
const WORLDS = 2000;

describe(`${PARTS * WORLDS} worlds with duplicates, retries, crashes, concurrent runs and wrong clocks`, () => {
  it.each(Array.from({ length: PARTS }, (_, part) => part * WORLDS))(
    'from %d have no effect that a guard should have prevented',
    (first) => {
      const { violations, actions, undoings, requestedUndoings, refusals } = measureWorlds(first, WORLDS);
      expect(violations).toEqual([]);
      // Otherwise nothing would have been tested.
      expect(actions).toBeGreaterThan(WORLDS / 2);
      expect(undoings).toBeGreaterThan(WORLDS / 20);
      expect(requestedUndoings).toBeGreaterThan(WORLDS / 20);
      expect(Object.keys(refusals).length).toBeGreaterThan(20);
    },
  );

  it('are never judged less strictly with stricter limits', () => {
    const { violations, stricter } = measureStricter(PARTS * WORLDS);
    expect(violations).toEqual([]);
    expect(stricter).toBeGreaterThan(500);
  });
});

/** A gate that has forgotten some rules of actions. */
const without = (...rules: readonly string[]): Gate => ({
  judgeUndo,
  judge: (plan, world) => {
    const verdict = judge(plan, world);
    const refusals = verdict.refusals.filter(({ rule }) => !rules.includes(rule));
    const mode = world.phase === 'acting' ? 'act' : 'ask';
    return verdict.mode === 'refused' && refusals.length === 0 ? { ...verdict, refusals, mode } : verdict;
  },
});

/** A gate that has forgotten a rule of undoings. */
const undoingWithout = (forgotten: string): Gate => ({
  judge,
  judgeUndo: (remediation, world) => {
    const verdict = judgeUndo(remediation, world);
    const { plan } = remediation;
    if (plan === null || !verdict.refusals.every(({ rule }) => rule === forgotten)) return verdict;
    const change = {
      from: world.present,
      to: plan.change.from,
      summary: 'back',
      touches: plan.change.touches,
    };
    return { ...verdict, allowed: true, change };
  },
});

const firstViolation = (gate: Gate, maxOffset?: number): string | undefined => {
  for (let number = 0; number < 1000; number++) {
    const [violation] = violationsOf(simulate(number, gate, maxOffset));
    if (violation !== undefined) return violation;
  }
  return undefined;
};

describe('the oracle notices', () => {
  it.each([
    ['kill-switch', 'kill switch'],
    ['freeze', 'freeze'],
    ['protected-resource', 'protected'],
    ['deployed-action', 'not deployed'],
    ['confidence', 'confidence'],
    ['expiry', 'expired'],
    ['cost', 'cost'],
    ['units-per-run', 'units per run'],
    ['units-per-window', 'units per window'],
    ['resources-per-window', 'resources per window'],
    ['actions-per-hour', 'actions per hour'],
    ['cooldown', 'cooldown'],
    ['consecutive-failures', 'failures'],
    ['ineffective', 'no help'],
    ['resource-is-free', 'resource is not free'],
    ['autonomy', ''],
  ])('a gate without the rule %s', (rule, violation) => {
    expect(firstViolation(without(rule))).toContain(violation);
  });

  it('a gate that does not look at the present state', () => {
    expect(firstViolation(without('unchanged', 'follows-from-state'))).toContain('changed since');
  });

  it.each([
    ['kill-switch', 'kill switch'],
    ['approved', 'approval'],
    ['stage', 'stage'],
    ['is-newest', 'others acted since'],
    ['freeze', 'freeze'],
    ['units-per-window', 'units per window'],
    ['actions-per-hour', 'actions per hour'],
  ])('undoings without the rule %s', (rule, violation) => {
    expect(firstViolation(undoingWithout(rule))).toContain(violation);
  });

  it('clocks that differ by more than the gate allows for', () => {
    expect(firstViolation(GATE, 600)).toBeDefined();
  });
});
