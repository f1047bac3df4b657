import { canonicalJson, Json } from '../../shared/canonical-json.ts';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { CatalogueAction, Change, CostQuote, PlanningContext } from '../action.ts';
import { demandOf } from '../capacity/demand.ts';
import type { RemediationPlan } from '../plan.ts';
import { readResourceId } from '../resource.ts';
import { KNOWN } from './catalogue-knowledge.ts';
import { howOf, whyOf } from './explain.ts';
import { horizonOf } from './horizon.ts';
import type { Known, Remedy } from './known.ts';
import type { PassedOver, Recommendation } from './recommendation.ts';
import type { Candidate, RecommendationInputs } from './recommendation-inputs.ts';
import { factorsOf, scoreOf } from './score.ts';
import { type SuccessRate, successRate } from './success-rate.ts';

export interface Considered {
  /** Best first; equal ones in the order of action and resource. */
  readonly recommendations: readonly Recommendation[];
  readonly passedOver: readonly PassedOver[];
}

/**
 * Plans for a problem, best first: one for each candidate whose action helps against it and applies to the state read; and
 * why the other candidates are none.
 */
export const consider = (inputs: RecommendationInputs, known: Known = KNOWN): Considered => {
  const recommendations: Recommendation[] = [];
  const passedOver: PassedOver[] = [];
  for (const candidate of inputs.candidates) {
    const prepared = prepare(inputs, candidate, known);
    if ('reason' in prepared)
      passedOver.push({ action: candidate.action, resource: candidate.resource, reason: prepared.reason });
    else recommendations.push(recommendationOf(inputs, candidate, prepared, known));
  }
  return { recommendations: recommendations.sort(byScore), passedOver };
};

interface Prepared {
  readonly action: CatalogueAction;
  readonly parameters: Json;
  readonly change: Change<Json>;
  readonly cost: CostQuote;
  readonly remedy: Omit<Remedy, 'action'>;
}

interface Reason {
  readonly reason: string;
}

/** A person who asks for an action needs no reason of ours. */
const remedyOf = (
  { cause, problem }: RecommendationInputs,
  { action, resource }: Candidate,
  known: Known,
): Omit<Remedy, 'action'> | Reason => {
  if (cause.kind === 'request')
    return cause.action === action && cause.resource === resource
      ? { place: 0, horizon: 'immediate', why: `${cause.requestedBy} asked for it: ${cause.reason}` }
      : { reason: 'it was not asked for' };
  const remedies = known.findRemedies(problem.alertType)?.actions;
  const remedy = remedies?.find((each) => each.action === action);
  return remedy ?? { reason: `it does not help against ${problem.alertType}` };
};

const prepare = (inputs: RecommendationInputs, candidate: Candidate, known: Known): Prepared | Reason => {
  const action = known.findAction(candidate.action);
  if (action === undefined) return { reason: `the catalogue has no action ${candidate.action}` };
  const { kind } = readResourceId(candidate.resource);
  if (kind !== action.resourceKind) return { reason: `it acts on ${action.resourceKind}, not on ${kind}` };
  const remedy = remedyOf(inputs, candidate, known);
  if ('reason' in remedy) return remedy;
  if ('unreadable' in candidate.reading)
    return { reason: `the state of the resource cannot be read: ${candidate.reading.unreadable}` };
  const { state } = candidate.reading;
  return orReason(() => {
    const parameters = filled(action, candidate.parameters);
    const change = action.plan(parameters, state, contextOf(inputs));
    if ('notApplicable' in change) return { reason: change.notApplicable };
    return { action, parameters, change, cost: action.cost(change, parameters), remedy };
  });
};

const contextOf = ({
  remediationId,
  startedAt,
  deployment,
  problem,
  maxUnits,
}: RecommendationInputs): PlanningContext => ({
  ...{ remediationId, deployment, demand: demandOf(problem) },
  ...{ at: startedAt, ...(maxUnits === undefined ? {} : { maxUnits }) },
});

/** The parameters with the action's defaults: a plan shows all of them. @throws InvalidInputError */
const filled = (action: CatalogueAction, parameters: Json): Json => {
  const parsed = action.parameters.safeParse(parameters);
  if (!parsed.success) throw new InvalidInputError(`parameters: ${describeIssues(parsed.error)}`);
  return Json.parse(JSON.parse(JSON.stringify(parsed.data)));
};

/** What the action refuses is a reason not to recommend it. */
const orReason = <Value>(prepared: () => Value): Value | Reason => {
  try {
    return prepared();
  } catch (error) {
    if (error instanceof InvalidInputError) return { reason: error.message };
    throw error;
  }
};

const planOf = (
  inputs: RecommendationInputs,
  { resource }: Candidate,
  { action, parameters, change, cost }: Prepared,
  expectedSuccess: number,
): RemediationPlan => ({
  ...{ tenantId: inputs.tenantId, remediationId: inputs.remediationId, environment: inputs.environment },
  ...{ cause: inputs.cause, problem: inputs.problem, resource, parameters, cost, expectedSuccess },
  action: { id: action.id, version: action.version },
  ...{ effect: action.effect, risk: action.risk, reversibility: action.reversibility },
  change: { from: change.from, to: change.to, summary: change.summary, touches: change.touches },
  minutes: { act: action.minutes.act, settle: action.minutes.settle },
  policyVersion: inputs.policyVersion,
  plannedAt: inputs.now,
  expiresAt: inputs.now + 60 * inputs.planMinutes,
});

const leadMinutesOf = ({ problem, now }: RecommendationInputs): number =>
  Math.max(0, (problem.impactAt ?? now) - now) / 60;

const rateOf = (inputs: RecommendationInputs, { id, effect }: CatalogueAction, known: Known): SuccessRate => {
  const attempt = { action: id, effect, alertType: inputs.problem.alertType, profile: inputs.profile };
  return successRate(inputs.track.outcomes, attempt, (other) => known.findAction(other)?.effect, inputs.now);
};

const HOURS_IN_FIRST_DAY = 24;

const recommendationOf = (
  inputs: RecommendationInputs,
  candidate: Candidate,
  prepared: Prepared,
  known: Known,
): Recommendation => {
  const rate = rateOf(inputs, prepared.action, known);
  const plan = planOf(inputs, candidate, prepared, rate.mean);
  const leadMinutes = leadMinutesOf(inputs);
  const { problem, minutes, cost, risk, reversibility } = plan;
  const factors = factorsOf({
    ...{ confidence: problem.confidence, expectedSuccess: rate.mean, risk, reversibility },
    ...{ minutes: minutes.act, leadMinutes, usd: cost.usdOnce + HOURS_IN_FIRST_DAY * cost.usdPerHour },
    ...{ touches: plan.change.touches, place: prepared.remedy.place },
  });
  return {
    ...{ plan, factors, score: scoreOf(factors) },
    horizon: horizonOf(prepared.remedy.horizon, minutes.act, leadMinutes),
    ...{ confidence: problem.confidence, expectedSuccess: rate.mean },
    ...{ why: whyOf(plan, prepared.remedy.why, rate, leadMinutes), how: howOf(plan, prepared.action) },
  };
};

/** Identifies a recommendation among those of one problem. */
const nameOf = ({ plan }: Recommendation): string =>
  canonicalJson([plan.action.id, plan.resource, plan.parameters]);

const byScore = (a: Recommendation, b: Recommendation): number =>
  b.score - a.score || (nameOf(a) < nameOf(b) ? -1 : 1);
