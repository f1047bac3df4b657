import { errorFrom } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { BreachExplanation } from '../breach-explanation.ts';
import type { ForecastBackend } from '../ports.ts';
import { explainBreach, type ForecastAgain } from '../reasons/explain-breach.ts';
import type { PredictedBreach } from '../target-forecast.ts';
import { hasTimeFor, type TimeLeft } from './batch-time.ts';
import type { Explainable } from './explainable.ts';
import type { TargetOutcome } from './forecast-targets.ts';
import { forecastFrom } from './prepare-series.ts';
import type { BreachesBefore } from './settle-warnings.ts';

/** How many breaches a batch may still explain. */
export interface ExplanationBudget {
  left: number;
}

export interface ExplainDeps {
  readonly backend: ForecastBackend;
  readonly telemetry: Telemetry;
  readonly timeLeft: TimeLeft;
  readonly budget: ExplanationBudget;
}

/** Of a batch: they take about five seconds, which the forecasts of other targets then lack. */
export const MAX_EXPLANATIONS = 50;

/** The same learned state for all, so that they differ in what is forecast alone. */
const forecastAgainBy =
  (backend: ForecastBackend, { asked, elapsed }: Explainable): ForecastAgain =>
  async (requests) => {
    const all = requests.map((request, i) => ({ ...request, ...asked, itemId: `${asked.itemId}#${i}` }));
    const results = await backend.forecast(all);
    return results.map((result) => {
      if ('error' in result) throw result.error;
      return forecastFrom(result.forecast, elapsed);
    });
  };

const isAnnounced = ({ warning, issuedAt }: PredictedBreach): boolean => warning?.announced?.at === issuedAt;

const isStanding = ({ warning }: PredictedBreach): boolean =>
  warning !== null && warning.announced !== null && warning.announced.reason !== 'ended';

/** The explanation of an earlier run, as long as its warning stands. */
const keptFor = (
  { warning }: PredictedBreach,
  before: PredictedBreach | undefined,
): BreachExplanation | null =>
  before?.warning?.since === warning?.since ? (before?.explanation ?? null) : null;

/** Null if there is no time or budget, nothing speaks for the breach, or it fails: a warning is worth more than its reasons. */
const explain = async (
  { backend, telemetry, timeLeft, budget }: ExplainDeps,
  { tenantId, targetId, metric, issuedAt }: PredictedBreach,
  explainable: Explainable | undefined,
): Promise<BreachExplanation | null> => {
  if (explainable === undefined || budget.left === 0 || !hasTimeFor(timeLeft)) return null;
  budget.left -= 1;
  try {
    const found = await explainBreach(forecastAgainBy(backend, explainable), explainable.series);
    return found && { issuedAt, ...found };
  } catch (error) {
    telemetry.count('ExplanationFailed');
    telemetry.error('a breach cannot be explained', { tenantId, targetId, metric }, errorFrom(error));
    return null;
  }
};

/**
 * Explains the breaches whose warnings this run announces, and those of standing warnings that earlier runs had no time to
 * explain; the explanations of others stay. Without `explainable` afterwards, which holds histories.
 */
export const explainWarnings = async (
  deps: ExplainDeps,
  { explainable, ...outcome }: TargetOutcome,
  before: BreachesBefore,
): Promise<TargetOutcome> => {
  const breaches: PredictedBreach[] = [];
  for (const breach of outcome.breaches) {
    const kept = isStanding(breach) ? keptFor(breach, before.get(breach.metric)) : null;
    const isDue = isStanding(breach) && (isAnnounced(breach) || kept === null);
    const found = isDue ? await explain(deps, breach, explainable?.get(breach.metric)) : null;
    breaches.push({ ...breach, explanation: found ?? kept });
  }
  return { ...outcome, breaches };
};
