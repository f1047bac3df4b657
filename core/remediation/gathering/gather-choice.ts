import { predictedPeak } from '../capacity/demand.ts';
import type { Problem } from '../cause.ts';
import type { ChoiceInputs } from '../choosing/choice-inputs.ts';
import { affectedObjectives, type ErrorBudgetReader } from '../gate/error-budget.ts';
import type { RemediationCeiling } from '../policy.ts';
import type { DecisionInputs, RemediationState, RemediationStore } from '../ports.ts';
import type { Beginning, Gathered } from '../runs/choose.ts';
import { asJson } from '../runs/judge-run.ts';
import { type CandidateDeps, managedFor, readCandidates } from './candidates.ts';
import { findProblem } from './find-problem.ts';
import { forecastEvidence } from './forecast-paths.ts';
import type { Found, Sources } from './sources.ts';

export interface GatherChoiceDeps extends Sources, CandidateDeps {
  readonly ceiling: RemediationCeiling;
  readonly store: Pick<RemediationStore, 'ledger'>;
  readonly inputs: Pick<DecisionInputs, 'put'>;
  readonly errorBudget: ErrorBudgetReader;
}

interface Context {
  readonly state: RemediationState;
  /** Epoch seconds. */
  readonly now: number;
}

type Known = Exclude<Found, { readonly waitUntil: number }>;

/** Peers of a resource whose forecasts are recorded. */
const MAX_PEERS = 10;

const worldOf = async (
  { ceiling, store }: GatherChoiceDeps,
  tenantId: string,
  environment: string | null,
  { state, now }: Context,
): Promise<ChoiceInputs['world']> => ({
  ...{ phase: 'choosing', now, ceiling, approvals: [], present: null, errorBudget: null },
  policy: asJson(state.policy.item ?? null),
  policyVersion: state.policy.revision,
  killSwitch: state.killSwitch.item ?? null,
  ledger: environment === null ? { entries: [] } : (await store.ledger(tenantId, environment)).item,
  track: state.track.item,
});

/**
 * Records the forecasts before the action, and completes the problem with the limit that they were judged by and the peak
 * that they predict.
 */
const withEvidence = async (
  deps: GatherChoiceDeps,
  tenantId: string,
  { problem, since }: { readonly problem: Problem; readonly since: number },
  peers: readonly string[],
): Promise<{ readonly problem: Problem; readonly evidenceHash: string | null }> => {
  if (problem.metric === null) return { problem, evidenceHash: null };
  const targets = [...problem.targetIds, ...peers.slice(0, MAX_PEERS)];
  const evidence = await forecastEvidence(deps, tenantId, targets, problem.metric);
  const affected = evidence.paths.filter(({ targetId }) => problem.targetIds.includes(targetId));
  const peak = predictedPeak(affected.map(({ path }) => path));
  return {
    problem: {
      ...{ ...problem, threshold: problem.threshold ?? evidence.threshold },
      ...(peak === undefined ? {} : { predictedPeak: peak }),
    },
    evidenceHash: await deps.inputs.put(tenantId, { ...evidence, troubleSince: Math.floor(since) }),
  };
};

const environmentOf = (found: Known, state: RemediationState): string | null =>
  'absent' in found
    ? null
    : (managedFor(state.policy.item, found.problem, found.resource)[0]?.environment ?? null);

const budgetOf = async (
  deps: GatherChoiceDeps,
  tenantId: string,
  found: Known,
  { state, now }: Context,
): Promise<ChoiceInputs['world']['errorBudget']> => {
  if ('absent' in found) return null;
  const { problem, resource } = found;
  const objectives = affectedObjectives(state.policy.item, problem.targetIds, resource);
  return deps.errorBudget(tenantId, objectives, now);
};

/** Everything that the choice of an action depends on, or the time at which more is known. */
export const gatherChoice = async (
  deps: GatherChoiceDeps,
  beginning: Beginning,
  context: Context,
): Promise<Gathered<ChoiceInputs>> => {
  const { tenantId, remediationId, cause, startedAt } = beginning;
  const { state, now } = context;
  const policy = state.policy.item;
  const found = await findProblem(deps, { tenantId, startedAt, now, policy }, cause);
  if ('waitUntil' in found) return found;
  const environment = environmentOf(found, state);
  const common = {
    ...{ tenantId, remediationId, cause, environment, startedAt },
    policyVersion: state.policy.revision,
    world: {
      ...(await worldOf(deps, tenantId, environment, context)),
      errorBudget: await budgetOf(deps, tenantId, found, context),
    },
    ...(found.diagnosis === undefined ? {} : { diagnosis: found.diagnosis }),
  };
  if ('absent' in found) {
    const problem = { absent: found.absent };
    const nothing = { problem, profile: 'generic' as const, deployment: null, candidates: [] };
    return { inputs: { ...common, ...nothing }, evidenceHash: null };
  }
  const managed = managedFor(policy, found.problem, found.resource);
  const peers = [...new Set(managed.flatMap((each) => each.peers))];
  const { problem, evidenceHash } = await withEvidence(deps, tenantId, found, peers);
  const target = await deps.registry.get(tenantId, problem.targetIds[0]!);
  return {
    inputs: {
      ...{ ...common, problem, profile: target?.profile ?? 'generic', deployment: found.deployment },
      candidates: await readCandidates(deps, beginning, problem, managed),
    },
    evidenceHash,
  };
};
