/** Records of remediations that follow from their inputs, as a deployment with `recordedPolicy` would write them. */
import { append } from '../../../../core/remediation/audit/decision-chain.ts';
import type { ChoiceInputs } from '../../../../core/remediation/choosing/choice-inputs.ts';
import { chooseAction } from '../../../../core/remediation/choosing/choose-action.ts';
import {
  type Decision,
  type DecisionKind,
  EMPTY_CHAIN,
  type NewDecision,
} from '../../../../core/remediation/decision.ts';
import { type EnvironmentPolicy, RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { KNOWN } from '../../../../core/remediation/recommendation/catalogue-knowledge.ts';
import { asJson } from '../../../../core/remediation/runs/judge-run.ts';
import { type Json, jsonHash } from '../../../../core/shared/canonical-json.ts';
import { decision } from '../audit/decision-samples.ts';
import { group, HOUR, inputsWith, NOW, problem } from '../recommendation/samples.ts';

export const GROUP = 'auto-scaling-group:web';

export const policyWith = (
  environment: Partial<EnvironmentPolicy> = {},
  more: object = {},
): RemediationPolicy => {
  const { resource, action, parameters } = group();
  return RemediationPolicy.parse({
    environments: { prod: { stage: 'approve', maxUsdPerHour: 5, ...environment } },
    resources: [{ resource, environment: 'prod', targets: ['web-1'], actions: [{ action, parameters }] }],
    ...more,
  });
};
export const recordedPolicy = policyWith();

export const choiceAt = (
  remediationId: string,
  at: number,
  over: Partial<ChoiceInputs> = {},
  world: Partial<ChoiceInputs['world']> = {},
): ChoiceInputs => {
  const { now: _, track, planMinutes: __, ...rest } = inputsWith({ remediationId, startedAt: at - 60 });
  return {
    ...{ ...rest, candidates: [group()], problem: { ...problem, impactAt: at + 6 * HOUR } },
    world: {
      ...{ phase: 'choosing', now: at, policy: asJson(recordedPolicy), policyVersion: 3, track },
      ...{ killSwitch: null, errorBudget: null, approvals: [], present: null, ledger: { entries: [] } },
      ceiling: {
        ...{ maxStage: 'automatic', maxUnitsPerRun: 10, maxActionsPerHour: 10 },
        actions: ['scale-out-group', 'scale-in-group'],
      },
      ...world,
    },
    ...over,
  };
};

export interface Recorded {
  readonly decisions: readonly Decision[];
  readonly inputs: ReadonlyMap<string, Json>;
}

export interface Step {
  readonly inputs: ChoiceInputs;
  /** What followed the choice. */
  readonly after?: readonly (DecisionKind | Partial<NewDecision>)[];
  readonly kind?: DecisionKind;
}

const KINDS = { nothing: 'nothing-chosen', refused: 'refused' } as const;

/** The decision that follows from the inputs of a choice. */
export const chosen = ({ inputs, kind }: Step): NewDecision => {
  const choice = chooseAction(inputs, KNOWN);
  const own =
    choice.outcome === 'nothing' || choice.outcome === 'refused' ? KINDS[choice.outcome] : 'plan-chosen';
  return decision({
    ...{ kind: kind ?? own, remediationId: inputs.remediationId, at: inputs.world.now },
    ...{ inputsHash: jsonHash(inputs), outcome: asJson(choice) },
  });
};

export const recordOf = (...steps: readonly Step[]): Recorded => {
  const decisions = steps.flatMap((step) => {
    const { remediationId, world } = step.inputs;
    const next = (step.after ?? []).map((each) => {
      const over = typeof each === 'string' ? { kind: each } : each;
      return decision({ remediationId, at: world.now, inputsHash: null, outcome: {}, ...over });
    });
    return [chosen(step), ...next];
  });
  return {
    decisions: append('acme', EMPTY_CHAIN, decisions),
    inputs: new Map(steps.map(({ inputs }) => [jsonHash(inputs), asJson(inputs)])),
  };
};

/** Approved, carried out, and it helped. */
export const CARRIED_OUT: NonNullable<Step['after']> = [
  'approval-asked',
  'approved',
  'action-allowed',
  'action-begun',
  'action-done',
  { kind: 'verified', outcome: { verdict: 'avoided' } },
  'closed',
];

export { HOUR, NOW };
