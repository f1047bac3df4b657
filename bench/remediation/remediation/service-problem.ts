/** What a warning about a simulated service means for the remediation. */

import type { Problem } from '../../../core/remediation/cause.ts';
import { predictedPeak } from '../../../core/remediation/choosing/demand.ts';
import { problemConfidence } from '../../../core/remediation/choosing/problem-confidence.ts';
import type { ForecastPath } from '../../../core/remediation/verification/verification-inputs.ts';
import type { ServiceKind } from '../../../core/simulator/managed/fault-plan.ts';
import type { ManagedService } from '../../../core/simulator/managed/managed-service.ts';
import type { ServiceRun } from './forecast-service.ts';

const ALERT_TYPES: Readonly<Record<ServiceKind, string>> = {
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

export const problemOf = (service: ManagedService, run: ServiceRun): Problem => {
  const { breach, issuedAt } = run;
  const peak = predictedPeak([pathOf(run)]);
  return {
    ...{ alertType: ALERT_TYPES[service.kind], targetIds: [service.id], metric: service.metric },
    threshold: { direction: 'above', limit: service.limit },
    confidence: problemConfidence('predicted-breach', breach.probability),
    impactAt: breach.timeToImpactSeconds && Math.round(issuedAt / 1000 + breach.timeToImpactSeconds.p50),
    ...(peak === undefined ? {} : { predictedPeak: peak }),
    evidence: [],
  };
};
