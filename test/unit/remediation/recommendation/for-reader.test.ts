import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLE_NAMES } from '../../../../core/platform/permissions.ts';
import { planHash } from '../../../../core/remediation/plan.ts';
import {
  forReader,
  PREFERENCES,
  type Reader,
  SKILLS,
} from '../../../../core/remediation/recommendation/for-reader.ts';
import { consider } from '../../../../core/remediation/recommendation/recommend.ts';
import type { Recommendation } from '../../../../core/remediation/recommendation/recommendation.ts';
import { factorsOf, type Merits, scoreOf } from '../../../../core/remediation/recommendation/score.ts';
import { group, inputsWith, known, problem, service } from './samples.ts';

const recommend = (...given: Parameters<typeof consider>) => consider(...given).recommendations;

const [base] = recommend(inputsWith({ candidates: [group()] }), known);
const PLAIN: Merits = {
  ...{ confidence: 1, expectedSuccess: 1, risk: 'low', reversibility: 'undo' },
  ...{ minutes: 0, leadMinutes: 0, usd: 0, touches: 1, place: 0 },
};
const named = (resource: string, merits: Partial<Merits>): Recommendation => {
  const factors = factorsOf({ ...PLAIN, ...merits });
  const { plan } = base!;
  const risk = merits.risk ?? plan.risk;
  return { ...base!, factors, score: scoreOf(factors), plan: { ...plan, resource, risk } };
};
const reader = (changes: Partial<Reader> = {}): Reader => ({
  ...{ role: 'approver', skill: 'practised', preference: 'balanced' },
  ...changes,
});
const order = (list: readonly Recommendation[], changes: Partial<Reader>) =>
  forReader(list, reader(changes)).map(({ plan }) => plan.resource);

describe('forReader', () => {
  const plain = named('plain', { expectedSuccess: 0.8 });
  const slow = named('slow', { minutes: 12 });
  const risky = named('risky', { risk: 'medium' });
  const lasting = named('lasting', { reversibility: 'permanent' });
  const many = named('many', { touches: 8 });
  const dear = named('dear', { usd: 8 });

  it.each([
    ['balanced', slow, ['slow', 'plain']],
    ['fast', slow, ['plain', 'slow']],
    ['balanced', risky, ['risky', 'plain']],
    ['careful', risky, ['plain', 'risky']],
    ['careful', lasting, ['plain', 'lasting']],
    ['balanced', many, ['many', 'plain']],
    ['careful', many, ['plain', 'many']],
    ['balanced', dear, ['dear', 'plain']],
    ['cheap', dear, ['plain', 'dear']],
  ] as const)('orders for a team that is %s (%#)', (preference, other, expected) => {
    expect(order([plain, other], { preference })).toEqual(expected);
  });

  it('orders what is new to the reader by how safe it is', () => {
    expect(order([risky, plain], { skill: 'new' })).toEqual(['plain', 'risky']);
    const fading = named('fading', { reversibility: 'fades', expectedSuccess: 0.86 });
    expect(order([fading, plain], { skill: 'practised' })).toEqual(['fading', 'plain']);
    expect(order([fading, plain], { skill: 'new' })).toEqual(['plain', 'fading']);
    const dangerous = named('dangerous', { risk: 'high' });
    expect(order([plain, dangerous], { skill: 'practised' })).toEqual(['plain', 'dangerous']);
    expect(order([plain, dangerous], { skill: 'expert' })).toEqual(['plain', 'dangerous']);
    const daring = named('daring', { risk: 'high', expectedSuccess: 1 });
    const sure = named('sure', { expectedSuccess: 0.7 });
    expect(order([sure, daring], { skill: 'practised' })).toEqual(['sure', 'daring']);
    expect(order([sure, daring], { skill: 'expert' })).toEqual(['daring', 'sure']);
  });

  it('combines skill and preference', () => {
    const both = named('both', { risk: 'medium' });
    const sure = named('sure', { expectedSuccess: 0.5 });
    expect(order([both, sure], { skill: 'new', preference: 'balanced' })).toEqual(['both', 'sure']);
    expect(order([both, sure], { skill: 'practised', preference: 'careful' })).toEqual(['both', 'sure']);
    expect(order([both, sure], { skill: 'new', preference: 'careful' })).toEqual(['sure', 'both']);
  });

  it.each([
    ['viewer', 'low', 'Ask an operator to start it: your role can read, but not change anything.'],
    ['operator', 'low', 'You can start it; where the policy demands an approval, an approver gives it.'],
    ['approver', 'low', 'If an approval is needed, you can give it.'],
    ['admin', 'high', 'If you approve it, a second person has to approve it too.'],
  ] as const)('tells a %s about %s risk what to do', (role, risk, expected) => {
    const [first] = forReader([named('x', { risk })], reader({ role }));
    expect(first?.how[0]).toBe(expected);
    expect(first?.how.slice(1, -1)).toEqual(base?.how);
  });

  it.each([
    ['expert', []],
    ['practised', ['Begin with a dry run: it shows the calls and changes nothing.']],
    [
      'new',
      [
        'Begin with a dry run: it shows the calls and changes nothing.',
        'Then check on the screen that the change is "desired instances 5 → 6", and ask a colleague if you do not expect it.',
      ],
    ],
  ] as const)('gives a reader who is %s the hints that help', (skill, expected) => {
    const [first] = forReader([base!], reader({ skill }));
    expect(first?.how.slice(1 + base!.how.length)).toEqual(expected);
  });

  it('never changes a plan, its score or its evidence, nor drops one', () => {
    const list = recommend(
      inputsWith({ candidates: [group(), service(), service({ resource: 'ecs-service:shop/cart' })] }),
      known,
    );
    const readers = fc.record({
      role: fc.constantFrom(...ROLE_NAMES),
      skill: fc.constantFrom(...SKILLS),
      preference: fc.constantFrom(...PREFERENCES),
    });
    const kept = ({ how, ...rest }: Recommendation) => ({
      ...rest,
      hash: planHash(rest.plan),
      how: how.length > 0,
    });
    const sorted = (some: readonly Recommendation[]) =>
      some.map(kept).toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
    expect(list).toHaveLength(3);
    fc.assert(
      fc.property(readers, (any) => {
        expect(sorted(forReader(list, any))).toEqual(sorted(list));
      }),
    );
    expect(problem.confidence).toBe(list[0]?.plan.problem.confidence);
  });
});
