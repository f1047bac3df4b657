import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import type { Problem } from '../../../../core/remediation/cause.ts';
import type { Horizon } from '../../../../core/remediation/plan.ts';
import type { Known, Remedies, Remedy } from '../../../../core/remediation/recommendation/known.ts';
import type {
  Candidate,
  RecommendationInputs,
} from '../../../../core/remediation/recommendation/recommendation-inputs.ts';
import type { Outcome } from '../../../../core/remediation/track-record.ts';

export const NOW = 1_780_000_000;
export const HOUR = 3600;
export const DAY = 24 * HOUR;

const remedy = (action: string, place: number, horizon: Horizon, why: string): Remedy => ({
  ...{ action, place, horizon, why },
});

const REMEDIES: Readonly<Record<string, Remedies>> = {
  'cpu-high': {
    actions: [
      remedy('scale-out-service', 0, 'immediate', 'More units share the load.'),
      remedy('scale-out-group', 0, 'immediate', 'More units share the load.'),
      remedy('roll-back-service', 1, 'short', 'The version before needed less CPU.'),
      remedy('restart-service', 2, 'preventive', 'A process that spins is started anew.'),
    ],
    notifyOnly: null,
  },
  'certificate-expiry': { actions: [], notifyOnly: 'Its owner renews a certificate.' },
};

export const known: Known = {
  findAction,
  findRemedies: (alertType) => (Object.hasOwn(REMEDIES, alertType) ? REMEDIES[alertType] : undefined),
};

export const problem: Problem = {
  alertType: 'cpu-high',
  targetIds: ['web-1'],
  metric: 'cpu_percent',
  threshold: { direction: 'above', limit: 95 },
  confidence: 0.87,
  impactAt: NOW + 6 * HOUR,
  evidence: ['cpu_percent of web-1 is forecast to pass 95 in six hours.'],
};

export const group = (changes: Partial<Candidate> = {}): Candidate => ({
  resource: 'auto-scaling-group:web',
  action: 'scale-out-group',
  parameters: { add: 1, max: 10, usdPerUnitHour: 0.2 },
  reading: { state: { desired: 5, min: 2, max: 12, inService: 5 } },
  ...changes,
});

export const service = (changes: Partial<Candidate> = {}): Candidate => ({
  resource: 'ecs-service:shop/checkout',
  action: 'scale-out-service',
  parameters: { add: 2, max: 10, usdPerUnitHour: 0 },
  reading: { state: { desired: 4, min: 1, max: 20, inService: 4 } },
  ...changes,
});

export const inputsWith = (changes: Partial<RecommendationInputs> = {}): RecommendationInputs => ({
  tenantId: 'acme',
  remediationId: 'r-1',
  environment: 'prod',
  cause: { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu_percent', since: NOW - HOUR },
  problem,
  profile: 'web',
  startedAt: NOW - 60,
  now: NOW,
  policyVersion: 3,
  planMinutes: 30,
  deployment: null,
  candidates: [group(), service()],
  track: { outcomes: [] },
  ...changes,
});

export const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  remediationId: 'r-0',
  action: 'scale-out-group',
  profile: 'web',
  alertType: 'cpu-high',
  environment: 'prod',
  result: 'succeeded',
  at: NOW - 10 * DAY,
  seconds: 1200,
  ...changes,
});
