import * as z from 'zod';
import type { Role } from '../../platform/permissions.ts';
import type { Json } from '../../shared/canonical-json.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { Decision } from '../decision.ts';
import { describeCause } from '../describe-cause.ts';
import { HORIZONS, planHash, RemediationPlan } from '../plan.ts';
import { forReader, type Reader } from '../recommendation/for-reader.ts';
import type { Recommendation } from '../recommendation/recommendation.ts';
import type { Remediation } from '../remediation.ts';
import type { Recommendations, RecommendationsQuery } from './recommendations.ts';

const Share = z.number().min(0).max(1);

/** The part of a recorded choice that is shown. */
const RecordedChoice = z.object({
  recommendations: z.array(
    z.object({
      plan: RemediationPlan,
      horizon: z.enum(HORIZONS),
      score: Share,
      factors: z.object({
        ...{ likely: Share, works: Share, inTime: Share, safe: Share },
        ...{ reversible: Share, cheap: Share, small: Share, direct: Share },
      }),
      ...{ confidence: Share, expectedSuccess: Share },
      ...{ why: z.array(z.string()), how: z.array(z.string()) },
    }),
  ),
});

const CHOICES: ReadonlySet<Decision['kind']> = new Set([
  ...(['choice-postponed', 'plan-chosen', 'nothing-chosen', 'refused'] as const),
]);

const recordedIn = (outcome: Json): readonly Recommendation[] | undefined =>
  RecordedChoice.safeParse(outcome).data?.recommendations;

/** The newest recommendations among the decisions about a remediation, oldest first; none if nothing was chosen yet. */
export const recommendationsIn = (decisions: readonly Decision[]): readonly Recommendation[] =>
  decisions
    .filter(({ kind }) => CHOICES.has(kind))
    .map(({ outcome }) => recordedIn(outcome))
    .findLast((found) => found !== undefined) ?? [];

const presentOne = (recommended: Recommendation): z.infer<typeof Recommendations>['items'][number] => {
  const { plan, horizon, score, confidence, expectedSuccess, why, how } = recommended;
  const { action, resource, parameters, change, risk, reversibility, minutes, cost } = plan;
  return {
    ...{ action: action.id, resource, parameters, change: change.summary, horizon, score, confidence },
    ...{ expectedSuccess, risk, reversibility, minutes, cost, why: [...why], how: [...how] },
    planHash: planHash(plan),
  };
};

type Query = z.infer<typeof RecommendationsQuery>;

/** Without a wish of the reader, the order is the one from which the workflow chose. */
const ordered = (
  found: readonly Recommendation[],
  query: Query,
  ownRole: Role,
): readonly Recommendation[] => {
  const { role, skill, preference } = query;
  if (role === undefined && skill === undefined && preference === undefined) return found;
  const reader: Reader = {
    ...{ role: role ?? ownRole, skill: skill ?? 'practised', preference: preference ?? 'balanced' },
  };
  return forReader(found, reader);
};

/** True if the remediation is about a problem of the target. */
export const concerns = ({ plan, cause }: Remediation, target: string): boolean =>
  plan?.problem.targetIds.includes(target) ?? ('targetId' in cause && cause.targetId === target);

export const noRecommendations = (target: string): z.infer<typeof Recommendations> => ({
  ...{ target, items: [] },
  explanation:
    'No remediation has considered this target yet: it has no problem, or the policy does not manage it.',
});

/** The recommendations that were computed for a problem of the target. */
export const presentRecommendations = (
  query: Query,
  run: Remediation,
  decisions: readonly Decision[],
): z.infer<typeof Recommendations> => ({
  ...{ target: query.target, remediation: run.remediationId, at: isoOfSeconds(run.startedAt) },
  ...{ problem: describeCause(run.cause), explanation: run.explanation },
  items: ordered(recommendationsIn(decisions), query, 'viewer').map(presentOne),
});
