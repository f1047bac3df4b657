import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../core/remediation/cause.ts';
import { type Judgement, judgedAgainAt } from '../../../../core/remediation/choosing/judge-again.ts';
import { RULES } from '../../../../core/remediation/gate/rules.ts';

const NOW = 1_790_000_000;
const WARNING: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW };
const refusedBy = (...rules: readonly string[]): Judgement => ({
  outcome: 'refused',
  refusals: rules.map((rule) => ({ rule, reason: '', remedy: '' })),
});
const again = (judgement: Judgement, age = 0, cause: Cause = WARNING) =>
  judgedAgainAt(cause, judgement, { startedAt: NOW - age, now: NOW });

describe('a warning about which nothing was done', () => {
  it.each(['confidence', 'cooldown', 'resource-is-free', 'freeze', 'ineffective', 'actions-per-hour'])(
    'is judged again after a refusal by %s',
    (rule) => expect(again(refusedBy(rule))).toBe(NOW + 900),
  );

  it.each([
    'kill-switch',
    'protected-resource',
    'consecutive-failures',
    'units-per-run',
    'cost',
    'autonomy',
    'policy',
  ])('is left to people after a refusal by %s, whatever else refuses it', (rule) => {
    expect(again(refusedBy(rule))).toBeNull();
    expect(again(refusedBy('confidence', rule))).toBeNull();
  });

  it('is judged again for twelve hours at most', () => {
    expect(again(refusedBy('confidence'), 12 * 3600 - 900)).toBe(NOW + 900);
    expect(again(refusedBy('confidence'), 12 * 3600 - 899)).toBeNull();
  });

  it('always ends, whatever the gate says', () => {
    const rules = fc.array(fc.constantFrom(...RULES.map(([name]) => name)), { maxLength: 4 });
    fc.assert(
      fc.property(rules, (names) => {
        let times = 0;
        for (let now: number | null = NOW; now !== null; times++)
          now = judgedAgainAt(WARNING, refusedBy(...names), { startedAt: NOW, now });
        expect(times).toBeLessThan(50);
      }),
    );
  });

  it('is not judged again once there is an answer', () => {
    for (const outcome of ['nothing', 'suggest', 'ask', 'act'] as const)
      expect(again({ outcome, refusals: [] })).toBeNull();
    expect(again({ outcome: 'nothing', refusals: refusedBy('confidence').refusals })).toBeNull();
    expect(again(refusedBy())).toBeNull();
  });

  it('is unlike other causes, whose confidence does not grow', () => {
    expect(again(refusedBy('confidence'), 0, { kind: 'incident', incidentId: 'i', reopened: 0 })).toBeNull();
  });
});
