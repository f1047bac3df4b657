import { isOngoing, targetsOf } from '../../incidents/incident.ts';
import type { IncidentStore } from '../../incidents/ports.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { healthNow } from '../change.ts';
import type { DeploymentStore } from '../ports.ts';
import { type ChangeContext, type ChangeFeatures, featuresOf } from './engine/change-features.ts';
import { findingsOf } from './engine/change-findings.ts';
import { assessRisk, fitRiskModel, type RiskAssessment } from './engine/risk-model.ts';
import { type ChangeFormat, readPlannedChange } from './formats/planned-change.ts';

/** What a plan is weighed with: how the tenant's deployments went, and how its targets are. */
export interface AssessDeps {
  readonly changes: Pick<DeploymentStore, 'during' | 'outcomes'>;
  readonly incidents: Pick<IncidentStore, 'list'>;
}

/** A planned change as somebody describes it. */
export interface DescribedPlan {
  readonly format: ChangeFormat;
  /** Text of `cdk diff`; the JSON of DescribeChangeSet, parsed or as text. */
  readonly content: unknown;
}

export interface AssessedPlan {
  readonly features: ChangeFeatures;
  readonly assessment: RiskAssessment;
}

/** Newest closed deployments that weights are learnt from: older ones tell of another team. */
const MOST_EXAMPLES = 200;
const LOOK_BACK_DAYS = { failures: 30, incidents: 7, deploys: 1 } as const;
const MOST_INCIDENTS = 50;

const contentOf = ({ format, content }: DescribedPlan): unknown => {
  if (format === 'cdk-diff' || typeof content !== 'string') return content;
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new InvalidInputError('plan.content: found no JSON, expected the answer of DescribeChangeSet', {
      field: 'plan.content',
      cause,
    });
  }
};

const readPlan = (plan: DescribedPlan) => {
  try {
    return readPlannedChange(plan.format, contentOf(plan));
  } catch (cause) {
    if (!(cause instanceof InvalidInputError) || cause.field !== undefined) throw cause;
    throw new InvalidInputError(cause.message, { field: 'plan.content', cause });
  }
};

const incidentCounts = async ({ incidents }: AssessDeps, tenantId: string, targetId: string, now: number) => {
  const { items } = await incidents.list(tenantId, { limit: MOST_INCIDENTS });
  const own = items.filter(
    (incident) =>
      targetsOf(incident).includes(targetId) &&
      incident.lastAt >= now - LOOK_BACK_DAYS.incidents * DAY_SECONDS,
  );
  const open = own.filter(isOngoing).length;
  return { openIncidents: open, recentIncidents: own.length - open };
};

/** Counts of the tenant's deployments, and of incidents of the target where one is named. `now` in epoch seconds. */
const contextOf = async (
  deps: AssessDeps,
  tenantId: string,
  targetId: string | undefined,
  now: number,
): Promise<ChangeContext> => {
  const known = await deps.changes.during(tenantId, now - LOOK_BACK_DAYS.failures * DAY_SECONDS, now);
  const deployments = known.filter(({ kind }) => kind === 'deployment');
  const own = targetId === undefined ? {} : await incidentCounts(deps, tenantId, targetId, now);
  return {
    ...own,
    recentFailures: deployments.filter((each) => healthNow(each, now) === 'unhealthy').length,
    recentDeploys: deployments.filter(({ at }) => at >= now - LOOK_BACK_DAYS.deploys * DAY_SECONDS).length,
  };
};

/**
 * Assesses a planned change by the scorecard as the tenant's own deployments have moved it. Nothing is kept of a model:
 * it is fitted anew from the newest closed deployments. `now` in epoch seconds.
 * @throws InvalidInputError with field `plan.content` for a plan that cannot be read
 */
export const assessPlan = async (
  deps: AssessDeps,
  tenantId: string,
  plan: DescribedPlan,
  targetId: string | undefined,
  now: number,
): Promise<AssessedPlan> => {
  const change = readPlan(plan);
  const features = featuresOf(change, await contextOf(deps, tenantId, targetId, now));
  const model = fitRiskModel(await deps.changes.outcomes(tenantId, MOST_EXAMPLES));
  return { features, assessment: assessRisk(model, features, findingsOf(change)) };
};
