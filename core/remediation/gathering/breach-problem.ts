import type { PredictedBreach } from '../../forecasts/target-forecast.ts';
import { isoOfMs } from '../../shared/time.ts';
import type { BreachCause } from '../cause.ts';
import { problemConfidence } from '../choosing/problem-confidence.ts';
import type { Found, Moment, Sources } from './sources.ts';

/** Predicted this long ahead, a level moves steadily. */
const GRADUAL_SECONDS = 2 * 3600;

/**
 * A forecast that misses more than one successor says too little about the present to act on: a target that stopped
 * reporting keeps its last forecast.
 */
const MAX_AGE_IN_FORECASTS = 2;

/** True for the warning that the cause names, as long as it stands. */
const isStanding = ({ warning }: PredictedBreach, { since }: BreachCause): boolean =>
  warning !== null &&
  warning.announced !== null &&
  warning.announced.reason !== 'ended' &&
  Math.floor(warning.since / 1000) === since;

const inWords = (seconds: number): string => {
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
};

/** Reasons of a smaller share are left to the list of breaches. */
const MIN_SHARE = 10;

const reasonsFor = ({ explanation }: PredictedBreach): string[] =>
  (explanation?.reasons ?? [])
    .filter(({ share }) => share >= MIN_SHARE)
    .map(({ share, text }) => `${share} % of the probability: ${text}`);

const evidenceOf = (predicted: PredictedBreach): string[] => {
  const { targetId, metric, threshold, breach, issuedAt } = predicted;
  const move = threshold.direction === 'above' ? 'rise above' : 'fall below';
  const chance = `with probability ${breach.probability.toFixed(2)}`;
  const soon = breach.timeToImpactSeconds;
  return [
    `${metric} of ${targetId} is predicted to ${move} ${threshold.limit} within 8 hours ${chance}`,
    ...(soon === null
      ? []
      : [`the median of the time until then is ${inWords(soon.p50)}, as of ${isoOfMs(issuedAt)}`]),
    ...reasonsFor(predicted),
  ];
};

const problemOf = (
  { alertTypeOf }: Sources,
  breach: PredictedBreach,
  since: number,
  unit: string | undefined,
): Found => {
  const { targetId, metric, threshold, issuedAt } = breach;
  const { direction, limit } = threshold;
  const soon = breach.breach.timeToImpactSeconds;
  const type = alertTypeOf({
    ...{ cause: 'predicted-breach', metric: { name: metric, unit }, direction, isSilent: false },
    ...{ isGradual: soon !== null && soon.p50 >= GRADUAL_SECONDS, hasChange: false, alarm: null },
  });
  return {
    problem: {
      ...{ alertType: type.id, targetIds: [targetId], metric, threshold: { direction, limit } },
      ...{
        confidence: problemConfidence('predicted-breach', breach.breach.probability),
        evidence: evidenceOf(breach),
      },
      impactAt: soon === null ? null : Math.floor(issuedAt / 1000 + soon.p50),
    },
    ...{ since, deployment: null, resource: null },
  };
};

/** Time until the next forecast is looked for. */
const AGAIN_SECONDS = 15 * 60;

/** A forecast from before the last remediation of the warning does not know its effect. */
const isOutdated = ({ issuedAt }: PredictedBreach, { round }: BreachCause, { startedAt }: Moment): boolean =>
  round !== undefined && issuedAt < 1000 * startedAt;

/** The predicted breach as the last forecast run left it. */
export const breachProblem = async (sources: Sources, moment: Moment, cause: BreachCause): Promise<Found> => {
  const { tenantId, now } = moment;
  const { targetId, metric } = cause;
  const breach = (await sources.breaches.stored(tenantId, targetId)).get(metric);
  if (breach === undefined || !isStanding(breach, cause))
    return { absent: `The warning about ${metric} of ${targetId} has ended.` };
  const age = now - Math.floor(breach.issuedAt / 1000);
  if (age > MAX_AGE_IN_FORECASTS * sources.forecastSeconds)
    return {
      absent: `The forecast of ${metric} of ${targetId} is ${inWords(age)} old: check that the target reports and that forecasts run.`,
    };
  if (isOutdated(breach, cause, moment)) return { waitUntil: now + AGAIN_SECONDS };
  const target = await sources.registry.get(tenantId, targetId);
  return problemOf(sources, breach, cause.since, target?.metrics[metric]?.unit);
};
