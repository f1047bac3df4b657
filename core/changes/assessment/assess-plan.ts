import { isOngoing, targetsOf } from '../../incidents/incident.ts';
import type { IncidentStore } from '../../incidents/ports.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { healthNow } from '../change.ts';
import type { DeploymentStore } from '../ports.ts';
import { type ChangeContext, type ChangeFeatures, featuresOf } from '../risk/engine/change-features.ts';
import { findingsOf } from '../risk/engine/change-findings.ts';
import { assessRisk, fitRiskModel, type RiskAssessment } from '../risk/engine/risk-model.ts';
import { type ChangeFormat, readPlannedChange } from '../risk/formats/planned-change.ts';

/** Sources of context for a plan: the tenant's past deployments and its incidents. */
export interface AssessDeps {
  readonly changes: Pick<DeploymentStore, 'during' | 'outcomes'>;
  readonly incidents: Pick<IncidentStore, 'list'>;
}

/** A planned change as sent by a caller. */
export interface DescribedPlan {
  readonly format: ChangeFormat;
  /** The text of `cdk diff`, or the JSON of DescribeChangeSet, parsed or as text. */
  readonly content: unknown;
}

export interface AssessedPlan {
  readonly features: ChangeFeatures;
  readonly assessment: RiskAssessment;
}

/** Closed deployments used to fit the weights. Teams change, so older ones are not used. */
const MAX_EXAMPLES = 200;
const LOOK_BACK_DAYS = { failures: 30, incidents: 7, deploys: 1 } as const;
const MAX_INCIDENTS = 50;

const contentOf = ({ format, content }: DescribedPlan): unknown => {
  if (format === 'cdk-diff' || typeof content !== 'string') return content;
  try {
    return parseJson(content);
  } catch (cause) {
    if (cause instanceof InvalidInputError)
      throw new InvalidInputError(`plan.content: ${cause.message}`, { field: 'plan.content', cause });
    throw new InvalidInputError('plan.content: not valid JSON, expected the response of DescribeChangeSet', {
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
  const { items } = await incidents.list(tenantId, { limit: MAX_INCIDENTS });
  const own = items.filter(
    (incident) =>
      targetsOf(incident).includes(targetId) &&
      incident.lastAt >= now - LOOK_BACK_DAYS.incidents * DAY_SECONDS,
  );
  const open = own.filter(isOngoing).length;
  return { openIncidents: open, recentIncidents: own.length - open };
};

/** Counts the tenant's deployments and, if a target is given, its incidents. `now` in epoch seconds. */
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
 * Assesses a planned change with the scorecard, adjusted to the tenant's own deployments. The model is not stored: each
 * call fits it to the newest closed deployments. `now` in epoch seconds.
 * @throws InvalidInputError with field `plan.content` if the plan cannot be read
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
  const model = fitRiskModel(await deps.changes.outcomes(tenantId, MAX_EXAMPLES));
  return { features, assessment: assessRisk(model, features, findingsOf(change)) };
};
