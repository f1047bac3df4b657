import { meaningOf } from '../../metrics/meaning/metric-meaning.ts';
import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import { regularise } from '../../metrics/series/regularise.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { HOUR_SECONDS, hourOf } from '../../shared/time.ts';
import type { RemediationPlan } from '../plan.ts';
import type { DecisionInputs, RemediationStore } from '../ports.ts';
import type { Remediation } from '../remediation.ts';
import { type Pace, settledAt } from '../runs/pace.ts';
import type { VerificationInputs, VerifiedTarget } from '../verification/verification-inputs.ts';
import { ForecastEvidence } from './forecast-paths.ts';

export interface GatherVerificationDeps {
  readonly store: Pick<RemediationStore, 'state'>;
  readonly inputs: Pick<DecisionInputs, 'get'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly pace: Pace;
}

/** Values before the action, with which those after it are compared. */
const BEFORE_SECONDS = 6 * HOUR_SECONDS;
/** Missing points are waited for this long, in intervals of the metric and in minutes. */
const PATIENCE_STEPS = 12;
const PATIENCE_MINUTES = 30;
const DEFAULT_STEP_SECONDS = 300;
const MAX_STEPS = 20_000;

interface Observed {
  readonly points: VerifiedTarget['points'];
  readonly stepSeconds: number;
}
const NOTHING: Observed = { points: [], stepSeconds: DEFAULT_STEP_SECONDS };

/** On the grid of the metric, as the tenant reads it. */
const observe = async (
  { blocks, registry }: GatherVerificationDeps,
  tenantId: string,
  targetId: string,
  metric: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Observed> => {
  const target = await registry.get(tenantId, targetId);
  if (target === undefined) return NOTHING;
  const range = { tenantId, targetId, fromHour: hourOf(from), toHour: hourOf(to) };
  const history = (await readHistory(blocks, range, { only: metric })).get(metric);
  if (history === undefined || history.timestamps.length < 2) return NOTHING;
  const { kind } = readMetric(target, metric);
  try {
    const { start, stepSeconds, values } = regularise({ ...history, kind }, { maxSteps: MAX_STEPS });
    const points = Array.from(values, (value, i) => ({
      at: Math.round(start + i * stepSeconds),
      value: Number.isFinite(value) ? value : null,
    }));
    return { points: points.filter(({ at }) => at >= from && at <= to), stepSeconds: Math.ceil(stepSeconds) };
  } catch (error) {
    if (error instanceof InvalidInputError) return NOTHING;
    throw error;
  }
};

const evidenceOf = async (
  { inputs }: GatherVerificationDeps,
  { tenantId, remediationId, evidenceHash }: Remediation,
): Promise<ForecastEvidence | undefined> => {
  const recorded = evidenceHash === null ? undefined : await inputs.get(tenantId, evidenceHash);
  if (recorded === undefined) return undefined;
  const evidence = ForecastEvidence.safeParse(recorded);
  if (evidence.success) return evidence.data;
  throw new InvalidInputError(
    `the forecasts recorded for remediation ${remediationId} cannot be read: ${describeIssues(evidence.error)}`,
  );
};

/** Null if a change of the metric does no harm in either direction. Without a limit, its meaning tells the direction. */
const harmOf = async (
  { registry }: GatherVerificationDeps,
  { tenantId, problem }: RemediationPlan,
  metric: string,
): Promise<VerificationInputs['harm'] | null> => {
  if (problem.threshold !== null) return problem.threshold;
  const target = await registry.get(tenantId, problem.targetIds[0]!);
  const { harm } = meaningOf(metric, target?.metrics[metric]?.unit);
  return harm === 'none' ? null : { direction: harm === 'fall' ? 'below' : 'above', limit: null };
};

interface Compared {
  readonly range: { readonly from: number; readonly to: number };
  readonly evidence: ForecastEvidence | undefined;
}

const verified = async (
  deps: GatherVerificationDeps,
  tenantId: string,
  targetIds: readonly string[],
  metric: string,
  { range, evidence }: Compared,
) => {
  const found: { readonly target: VerifiedTarget; readonly stepSeconds: number }[] = [];
  for (const targetId of targetIds) {
    const { points, stepSeconds } = await observe(deps, tenantId, targetId, metric, range);
    const forecast = evidence?.paths.find((each) => each.targetId === targetId)?.path ?? null;
    found.push({ target: { targetId, forecast, points }, stepSeconds });
  }
  return found;
};

/**
 * Points of the targets and of their peers from before the action until now, with the forecasts made before it. Null if
 * no metric shows whether the problem is over, so that nothing can be verified.
 */
export const gatherVerification = async (
  deps: GatherVerificationDeps,
  run: Remediation,
  now: number,
): Promise<VerificationInputs | null> => {
  const { plan, execution } = run;
  if (plan === null || execution === null) return null;
  const { metric, targetIds } = plan.problem;
  const { beganAt, doneAt } = execution;
  if (metric === null || beganAt === null || doneAt === null) return null;
  const harm = await harmOf(deps, plan, metric);
  if (harm === null) return null;
  const { policy } = await deps.store.state(run.tenantId);
  const peers = policy.item?.resources.find(({ resource }) => resource === plan.resource)?.peers ?? [];
  const range = { from: beganAt - BEFORE_SECONDS, to: now };
  const evidence = await evidenceOf(deps, run);
  const compared = { range, evidence };
  const targets = await verified(deps, run.tenantId, targetIds, metric, compared);
  const alike = await verified(deps, run.tenantId, peers, metric, compared);
  const stepSeconds = Math.max(...targets.map((each) => each.stepSeconds));
  const settled = settledAt(deps.pace, plan.minutes, doneAt);
  const patience = Math.max(PATIENCE_STEPS * stepSeconds, PATIENCE_MINUTES * deps.pace.secondsPerMinute);
  return {
    ...{ now, beganAt, doneAt, settleSeconds: settled - doneAt, deadline: settled + patience, stepSeconds },
    troubleSince: evidence?.troubleSince ?? run.startedAt,
    ...{
      metric,
      harm,
      targets: targets.map(({ target }) => target),
      peers: alike.map(({ target }) => target),
    },
  };
};
