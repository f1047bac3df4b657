/** What a warning or an alarm about a simulated service means for the remediation. */

import { predictedPeak } from '../../../core/remediation/capacity/demand.ts';
import type { Problem } from '../../../core/remediation/cause.ts';
import { problemConfidence } from '../../../core/remediation/choosing/problem-confidence.ts';
import type { ForecastPath } from '../../../core/remediation/verification/verification-inputs.ts';
import type { ServiceKind } from '../../../core/simulator/managed/fault-plan.ts';
import type { ManagedService } from '../../../core/simulator/managed/managed-service.ts';
import type { ServiceRun } from './forecast-service.ts';
import type { Waiting } from './running.ts';
import type { WatchedService } from './watched-service.ts';

export const ALERT_TYPES: Readonly<Record<ServiceKind, string>> = {
  web: 'cpu-high',
  worker: 'memory-leak',
  store: 'disk-full',
};
export const PROFILES = { web: 'web', worker: 'app', store: 'database' } as const;

export const pathOf = ({ forecast, breach, issuedAt }: ServiceRun): ForecastPath => ({
  ...{ issuedAt: issuedAt / 1000, start: forecast.start, stepSeconds: forecast.stepSeconds },
  levels: [...forecast.quantileLevels],
  quantiles: forecast.quantiles.map((row) => Array.from(row)),
  breachProbability: problemConfidence('predicted-breach', breach.probability),
});

/** As `gathering` finds it: over, waiting for a forecast from after the last action, or a problem. */
export const findProblem = (
  { service, run, alarmSince }: WatchedService,
  cause: Waiting['cause'],
  startedAt: number,
): Problem | 'over' | 'wait' => {
  if (run === undefined) return 'wait';
  if (cause.kind === 'alert')
    return alarmSince === cause.receivedAt ? problemOf(service, run, ALERT_CONFIDENCE, null) : 'over';
  const { warning, breach, issuedAt } = run;
  const isStanding = warning !== null && warning.severity !== 'info';
  if (!isStanding || Math.floor(warning.since / 1000) !== cause.since) return 'over';
  if (cause.round !== undefined && issuedAt < 1000 * startedAt) return 'wait';
  const impactAt = breach.timeToImpactSeconds && Math.round(issuedAt / 1000 + breach.timeToImpactSeconds.p50);
  return problemOf(service, run, problemConfidence('predicted-breach', breach.probability), impactAt);
};

/** What the owner's mapping counts as. */
const ALERT_CONFIDENCE = 0.95;

const problemOf = (
  service: ManagedService,
  run: ServiceRun,
  confidence: number,
  impactAt: number | null,
): Problem => {
  const peak = predictedPeak([pathOf(run)]);
  return {
    ...{ alertType: ALERT_TYPES[service.kind], targetIds: [service.id], metric: service.metric },
    ...{ threshold: { direction: 'above', limit: service.limit }, confidence, impactAt, evidence: [] },
    ...(peak === undefined ? {} : { predictedPeak: peak }),
  };
};
