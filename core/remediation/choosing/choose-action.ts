import type { Problem } from '../cause.ts';
import type { GateVerdict, GateWorld } from '../gate/gate-world.ts';
import { judge } from '../gate/judge.ts';
import { planHash, type RemediationPlan } from '../plan.ts';
import { type EnvironmentPolicy, lowerStage, RemediationPolicy } from '../policy.ts';
import { KNOWN } from '../recommendation/catalogue-knowledge.ts';
import type { Known } from '../recommendation/known.ts';
import { consider } from '../recommendation/recommend.ts';
import type { PassedOver, Recommendation } from '../recommendation/recommendation.ts';
import type { Refusal } from '../remediation.ts';
import type { ChoiceInputs } from './choice-inputs.ts';

/** `suggest`, `ask` and `act`: as far as the gate lets the chosen plan go. */
export type ChoiceOutcome = 'nothing' | 'refused' | 'suggest' | 'ask' | 'act';

/** What the gate said about one recommendation, in the order in which it was asked. */
export interface Judged {
  readonly planHash: string;
  readonly action: string;
  readonly resource: string;
  readonly verdict: GateVerdict;
}

export interface Choice {
  readonly outcome: ChoiceOutcome;
  /** The chosen plan; if it was refused or only observed, the best one; null if there is none. */
  readonly plan: RemediationPlan | null;
  readonly planHash: string | null;
  /** That of the plan. */
  readonly verdict: GateVerdict | null;
  /** Those of the plan, if none was allowed. */
  readonly refusals: readonly Refusal[];
  /** Best first. */
  readonly recommendations: readonly Recommendation[];
  readonly judged: readonly Judged[];
  readonly passedOver: readonly PassedOver[];
  /** One sentence. */
  readonly explanation: string;
}

type Judge = (plan: RemediationPlan, world: GateWorld) => GateVerdict;

/**
 * Chooses what to do about a cause: the best recommendation that the gate allows. Pure: the same inputs give the same
 * choice. In the stage `observe` nothing is chosen, and the best plan is recorded.
 */
export const chooseAction = (inputs: ChoiceInputs, known: Known = KNOWN, judgeBy: Judge = judge): Choice => {
  const { problem, environment } = inputs;
  if ('absent' in problem) return nothing(problem.absent);
  if (environment === null)
    return nothing(`The policy manages no resource of ${problem.targetIds.join(', ')}.`);
  const isRequest = inputs.cause.kind === 'request';
  const remedies = known.findRemedies(problem.alertType);
  if (!isRequest && remedies === undefined) return nothing(`The alert type ${problem.alertType} is unknown.`);
  if (!isRequest && remedies?.notifyOnly) return nothing(`Only people can help. ${remedies.notifyOnly}`);
  return chooseAmong(inputs, problem, environment, known, judgeBy);
};

const nothing = (explanation: string, found: Partial<Choice> = {}): Choice => ({
  ...{ outcome: 'nothing', plan: null, planHash: null, verdict: null, refusals: [] },
  ...{ recommendations: [], judged: [], passedOver: [] },
  ...found,
  explanation,
});

const settingsOf = (world: GateWorld, environment: string): EnvironmentPolicy | undefined => {
  const environments = RemediationPolicy.safeParse(world.policy).data?.environments ?? {};
  return Object.hasOwn(environments, environment) ? environments[environment] : undefined;
};

/** Without a readable policy the gate refuses every plan, so that how long it would be valid does not matter. */
const FALLBACK_MINUTES = 1;

const chooseAmong = (
  { world, ...rest }: ChoiceInputs,
  problem: Problem,
  environment: string,
  known: Known,
  judgeBy: Judge,
): Choice => {
  const settings = settingsOf(world, environment);
  const planMinutes = settings?.planMinutes ?? FALLBACK_MINUTES;
  const inputs = {
    ...{ ...rest, problem, environment, planMinutes, now: world.now, track: world.track },
    maxUnits: Math.min(settings?.maxUnitsPerRun ?? 1, world.ceiling.maxUnitsPerRun),
  };
  const { recommendations, passedOver } = consider(inputs, known);
  const [best] = recommendations;
  if (best === undefined) return nothing(whyNone(passedOver, problem), { passedOver });
  const isObserved =
    settings !== undefined && lowerStage(settings.stage, world.ceiling.maxStage) === 'observe';
  const judged = judgeInOrder(isObserved ? [best] : recommendations, world, judgeBy);
  const found = { recommendations, judged, passedOver };
  if (isObserved) return observed(best.plan, found);
  const { mode } = judged.at(-1)!.verdict;
  return mode === 'refused' ? refused(best.plan, found) : chosen(mode, found);
};

/** Until one is allowed. */
const judgeInOrder = (
  recommendations: readonly Recommendation[],
  world: GateWorld,
  judgeBy: Judge,
): readonly Judged[] => {
  const judged: Judged[] = [];
  for (const { plan } of recommendations) {
    const verdict = judgeBy(plan, world);
    const [hash, action] = [planHash(plan), plan.action.id];
    judged.push({ planHash: hash, action, resource: plan.resource, verdict });
    if (verdict.mode !== 'refused') break;
  }
  return judged;
};

const whyNone = (passedOver: readonly PassedOver[], { alertType }: Problem): string => {
  if (passedOver.length === 0) return `The policy allows no action against ${alertType}.`;
  const reasons = passedOver.map(({ action, resource, reason }) => `${action} on ${resource}: ${reason}`);
  return `No allowed action applies: ${reasons.join('; ')}.`;
};

type Found = Pick<Choice, 'recommendations' | 'judged' | 'passedOver'>;

const summaryOf = ({ action, resource, change }: RemediationPlan): string =>
  `${action.id} on ${resource} (${change.summary})`;

const observed = (plan: RemediationPlan, found: Found): Choice => {
  const { planHash: hash, verdict } = found.judged[0]!;
  return {
    ...nothing(`The stage is observe; otherwise ${summaryOf(plan)} would be judged.`, found),
    ...{ plan, planHash: hash, verdict, refusals: verdict.refusals },
  };
};

const refused = (plan: RemediationPlan, found: Found): Choice => {
  const { planHash: hash, verdict } = found.judged[0]!;
  const [first] = verdict.refusals;
  return {
    ...{ outcome: 'refused', plan, planHash: hash, verdict, refusals: verdict.refusals },
    ...found,
    explanation: `The gate refused ${found.judged.length === 1 ? 'the plan' : `all ${found.judged.length} plans`}; the best was ${summaryOf(plan)}: ${first?.reason ?? 'no reason given'}.`,
  };
};

const EXPLAINED = {
  suggest: 'is suggested to people',
  ask: 'needs an approval',
  act: 'may be carried out',
} as const;

/** Only the last one that was judged can be allowed. */
const chosen = (outcome: keyof typeof EXPLAINED, found: Found): Choice => {
  const { planHash: hash, verdict } = found.judged.at(-1)!;
  const { plan } = found.recommendations[found.judged.length - 1]!;
  return {
    ...{ outcome, plan, planHash: hash, verdict, refusals: [] },
    ...found,
    explanation: `${summaryOf(plan)} ${EXPLAINED[outcome]}.`,
  };
};
