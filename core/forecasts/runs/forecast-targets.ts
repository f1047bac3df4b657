import type { History } from '../../metrics/blocks/block-history.ts';
import type { Target } from '../../metrics/targets/target.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { errorFrom, ForestallError } from '../../shared/errors.ts';
import type { ClockMove } from '../../shared/time-zone.ts';
import type { SeriesFailure } from '../forecast-run.ts';
import type { BackendResult, ForecastBackend } from '../ports.ts';
import type { PredictedBreach, TargetForecast } from '../target-forecast.ts';
import type { Explainable } from './explainable.ts';
import type { InterventionTimes } from './known-interventions.ts';
import { assessSeries, planSeries, type SeriesAssessment, type SeriesPlan } from './series-plan.ts';
import { failureOf } from './sum-results.ts';
import type { StateTracker } from './track-states.ts';

/** The run that forecasts, and with what. */
export interface ForecastTask {
  readonly runId: string;
  /** Epoch milliseconds: the run's time, which counts as now. */
  readonly issuedAt: number;
  readonly backend: ForecastBackend;
  readonly states?: StateTracker;
  /** The tenant's own thresholds, which take precedence over those of the target's profile. */
  readonly settings?: Settings;
  /** Moves of the clocks in the tenant's time zone, in the histories and horizons of the run. */
  readonly clockMoves?: readonly ClockMove[];
  readonly interventions?: InterventionTimes;
}

/** A target with its points by metric. */
export interface TargetHistories {
  readonly target: Target;
  readonly histories: ReadonlyMap<string, History>;
}

/** Result of a run for one target. Each series is either in `forecast` or in `failures`. */
export interface TargetOutcome {
  readonly targetId: string;
  readonly series: number;
  readonly forecast: TargetForecast;
  /** One for every series with a threshold; once they are settled (`settleWarnings`), those to list. */
  readonly breaches: readonly PredictedBreach[];
  /** What is needed to explain a breach, by metric; absent once the outcome is stored. */
  readonly explainable?: ReadonlyMap<string, Explainable>;
  readonly failures: readonly SeriesFailure[];
  /** Unexpected errors (bugs), for the log. */
  readonly faults: readonly { readonly metric: string | undefined; readonly cause: unknown }[];
  /** The batch had no time for the target. */
  readonly isDeferred?: boolean;
}

/** The outcome of a target that has no forecast at all. */
export const outcomeWithout = (
  { tenantId, targetId }: Pick<Target, 'tenantId' | 'targetId'>,
  { runId, issuedAt }: Pick<ForecastTask, 'runId' | 'issuedAt'>,
  reason: string,
): TargetOutcome => ({
  targetId,
  series: 0,
  forecast: { tenantId, targetId, runId, issuedAt, metrics: [] },
  breaches: [],
  failures: [failureOf(targetId, undefined, reason)],
  faults: [],
});

/** Outcome of a step for one series: its result or its error. */
type Attempt<T> = { readonly metric: string } & ({ readonly value: T } | { readonly error: Error });

const attempt = <T>(metric: string, work: () => T): Attempt<T> => {
  try {
    return { metric, value: work() };
  } catch (error) {
    return { metric, error: errorFrom(error) };
  }
};

const planTarget = ({ target, histories }: TargetHistories, task: ForecastTask): Attempt<SeriesPlan>[] =>
  [...histories]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([metric, points]) => attempt(metric, () => planSeries(target, metric, points, task)));

/** Results by item. @throws Error if the backend does not answer each request in order: its contract is broken. */
const forecastAll = async (
  { backend, states }: ForecastTask,
  plans: readonly SeriesPlan[],
): Promise<ReadonlyMap<string, BackendResult>> => {
  const requests = plans.map(({ target, metric, request }) => {
    const state = states?.stateOf({ targetId: target.targetId, metric });
    return state === undefined ? request : { ...request, state };
  });
  const results = requests.length === 0 ? [] : await backend.forecast(requests);
  const isInOrder = requests.every(({ itemId }, i) => results[i]?.itemId === itemId);
  if (!isInOrder || results.length !== requests.length)
    throw new Error(`the backend ${backend.name} did not answer each request in order`);
  return new Map(results.map((result) => [result.itemId, result]));
};

interface AssessedSeries extends SeriesAssessment {
  /** Undefined without a breach. */
  readonly explainable: Explainable | undefined;
}

const assess = (plan: SeriesPlan, result: BackendResult, task: ForecastTask): AssessedSeries => {
  if ('error' in result) throw result.error;
  task.states?.record({ targetId: plan.target.targetId, metric: plan.metric }, result);
  const assessed = assessSeries(plan, result.forecast, task);
  const { breach, isDivided } = assessed;
  if (breach === undefined) return { ...assessed, explainable: undefined };
  const { threshold, expectedPeak } = breach;
  const { request, elapsed } = plan;
  const { probability } = breach.breach;
  const series = { request, forecast: result.forecast, threshold, probability, expectedPeak, isDivided };
  const asked = { itemId: request.itemId, ...(result.state !== undefined && { state: result.state }) };
  return { ...assessed, explainable: { series, asked, elapsed } };
};

const outcomeOf = (
  { target, histories }: TargetHistories,
  { runId, issuedAt }: ForecastTask,
  series: readonly Attempt<AssessedSeries>[],
): TargetOutcome => {
  const { tenantId, targetId } = target;
  const done = series.flatMap((one) => ('value' in one ? [one.value] : []));
  const failed = series.filter((one) => 'error' in one);
  const isExpected = ({ error }: { readonly error: Error }) => error instanceof ForestallError;
  return {
    targetId,
    series: histories.size,
    forecast: { tenantId, targetId, runId, issuedAt, metrics: done.map(({ forecast }) => forecast) },
    breaches: done.map(({ breach }) => breach).filter((breach) => breach !== undefined),
    explainable: new Map(
      done.flatMap(({ forecast: { metric }, explainable }) =>
        explainable === undefined ? [] : [[metric, explainable] as const],
      ),
    ),
    failures: failed.map((one) =>
      failureOf(targetId, one.metric, isExpected(one) ? one.error.message : 'the forecaster failed'),
    ),
    faults: failed.filter((one) => !isExpected(one)).map(({ metric, error }) => ({ metric, cause: error })),
  };
};

/**
 * Forecasts every series of the targets in one call of the backend. A series that cannot be forecast is reported with
 * its reason and does not affect the others.
 */
export const forecastTargets = async (
  targets: readonly TargetHistories[],
  task: ForecastTask,
): Promise<readonly TargetOutcome[]> => {
  const planned = targets.map((one) => ({ one, plans: planTarget(one, task) }));
  const plans = planned.flatMap((target) =>
    target.plans.flatMap((one) => ('value' in one ? [one.value] : [])),
  );
  const results = await forecastAll(task, plans);
  return planned.map(({ one, plans: own }) => {
    if (one.histories.size === 0) return outcomeWithout(one.target, task, 'no data in the last 14 days');
    const series = own.map((plan) =>
      'error' in plan
        ? plan
        : attempt(plan.metric, () => assess(plan.value, results.get(plan.value.request.itemId)!, task)),
    );
    return outcomeOf(one, task, series);
  });
};
