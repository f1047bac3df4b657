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

export interface ExplainDeps {
  readonly backend: ForecastBackend;
  readonly telemetry: Telemetry;
  readonly timeLeft: TimeLeft;
}

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

const isAnnounced = ({ warning, issuedAt }: PredictedBreach): boolean =>
  warning?.announced?.at === issuedAt && warning.announced.reason !== 'ended';

/** The explanation of an earlier run, as long as its warning stands. */
const keptFor = (
  { warning }: PredictedBreach,
  before: PredictedBreach | undefined,
): BreachExplanation | null =>
  warning !== null && warning.announced !== null && before?.warning?.since === warning.since
    ? before.explanation
    : null;

/** Null if there is no time, nothing speaks for the breach, or it fails: a warning is worth more than its reasons. */
const explain = async (
  { backend, telemetry, timeLeft }: ExplainDeps,
  { tenantId, targetId, metric, issuedAt }: PredictedBreach,
  explainable: Explainable | undefined,
): Promise<BreachExplanation | null> => {
  if (explainable === undefined || !hasTimeFor(timeLeft)) return null;
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
 * Explains the breaches whose warnings this run announces; the explanations of others stay those of earlier runs. Without
 * `explainable` afterwards, which holds histories.
 */
export const explainWarnings = async (
  deps: ExplainDeps,
  { explainable, ...outcome }: TargetOutcome,
  before: BreachesBefore,
): Promise<TargetOutcome> => {
  const breaches: PredictedBreach[] = [];
  for (const breach of outcome.breaches) {
    const kept = keptFor(breach, before.get(breach.metric));
    const found = isAnnounced(breach) ? await explain(deps, breach, explainable?.get(breach.metric)) : null;
    breaches.push({ ...breach, explanation: found ?? kept });
  }
  return { ...outcome, breaches };
};
