/** The same recommendations for one reader: another order and other words, never other plans. */
import type { Role } from '../../platform/permissions.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Recommendation } from './recommendation.ts';
import { scoreOf, type Weights } from './score.ts';

export const SKILLS = ['new', 'practised', 'expert'] as const;
/** How well the reader knows the system. */
export type Skill = (typeof SKILLS)[number];

export const PREFERENCES = ['balanced', 'fast', 'careful', 'cheap'] as const;
/** What the reader's team values most. */
export type Preference = (typeof PREFERENCES)[number];

export interface Reader {
  readonly role: Role;
  readonly skill: Skill;
  readonly preference: Preference;
}

const BY_PREFERENCE: Readonly<Record<Preference, Weights>> = {
  balanced: {},
  fast: { inTime: 3 },
  careful: { safe: 3, reversible: 3, small: 3 },
  cheap: { cheap: 3 },
};

/** Those who are new to the system are better served by what does little harm; experts can judge that themselves. */
const BY_SKILL: Readonly<Record<Skill, Weights>> = {
  new: { safe: 2, reversible: 2 },
  practised: {},
  expert: { safe: 0.5 },
};

const multiplied = (a: Weights, b: Weights): Weights => {
  const weights: Record<string, number> = { ...a };
  for (const [name, weight] of Object.entries(b)) weights[name] = (weights[name] ?? 1) * weight;
  return weights;
};

/**
 * The recommendations in the order and words for a reader. Their plans, scores and gates are the same for all readers:
 * the workflow chooses from the order without a reader.
 */
export const forReader = (
  recommendations: readonly Recommendation[],
  reader: Reader,
): readonly Recommendation[] => {
  const weights = multiplied(BY_PREFERENCE[reader.preference], BY_SKILL[reader.skill]);
  return recommendations
    .map((recommendation) => ({ recommendation, own: scoreOf(recommendation.factors, weights) }))
    .sort((a, b) => b.own - a.own)
    .map(({ recommendation }) => ({
      ...recommendation,
      how: [
        ...opening(reader.role, recommendation.plan),
        ...recommendation.how,
        ...hint(reader.skill, recommendation.plan),
      ],
    }));
};

const OPENING: Readonly<Record<Role, string | undefined>> = {
  viewer: 'Ask an operator to start it: your role can read, but not change anything.',
  operator: 'You can start it; where the policy demands an approval, an approver gives it.',
  approver: undefined,
  admin: undefined,
};

const opening = (role: Role, { risk }: RemediationPlan): readonly string[] => {
  const sentence =
    OPENING[role] ??
    (risk === 'high'
      ? 'If you approve it, a second person has to approve it too.'
      : 'If an approval is needed, you can give it.');
  return [sentence];
};

const hint = (skill: Skill, { change }: RemediationPlan): readonly string[] => {
  if (skill === 'expert') return [];
  if (skill === 'practised') return ['Begin with a dry run: it shows the calls and changes nothing.'];
  return [
    'Begin with a dry run: it shows the calls and changes nothing.',
    `Then check on the screen that the change is "${change.summary}", and ask a colleague if you do not expect it.`,
  ];
};
