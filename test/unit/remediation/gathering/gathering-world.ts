/** One tenant whose Auto Scaling group has a predicted breach, an incident, a deployment and an alert. */
import type { ChangeRecord } from '../../../../core/changes/change.ts';
import type { StoredChange } from '../../../../core/changes/ports.ts';
import type { PredictedBreach, TargetForecast } from '../../../../core/forecasts/target-forecast.ts';
import type { CausesReport } from '../../../../core/incidents/causes-report.ts';
import type { Incident, IncidentMember } from '../../../../core/incidents/incident.ts';
import type { StoredIncident } from '../../../../core/incidents/ports.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';
import type { ProblemFacts } from '../../../../core/remediation/alerts/alert-type-of.ts';
import { alertTypeOf } from '../../../../core/remediation/alerts/alert-type-of.ts';
import { findProblem } from '../../../../core/remediation/gathering/find-problem.ts';
import type { Found, Moment, Sources } from '../../../../core/remediation/gathering/sources.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { memoryBreaches, memoryForecasts } from '../../../fakes/forecasts.ts';
import { memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memoryStandingAlerts } from '../../../fakes/remediation.ts';
import { NOW } from '../stored-samples.ts';

export const TENANT = 'acme';
export const GROUP = 'auto-scaling-group:web';

export const policy = RemediationPolicy.parse({
  environments: { shop: { stage: 'approve' }, lab: { stage: 'approve' } },
  resources: [
    {
      ...{ resource: GROUP, environment: 'shop', targets: ['web-1'], peers: ['web-9'] },
      actions: [{ action: 'scale-out-group', parameters: { add: 1, max: 10 } }],
    },
  ],
  alerts: [
    {
      ...{ source: 'alertmanager', name: 'HighCpu', alertType: 'cpu-high', resource: GROUP },
      ...{ metric: 'cpu_percent', minMinutes: 5 },
    },
  ],
});

/** The warning was raised ten minutes ago, and the last run was five minutes ago. */
export const breach = (over: Partial<PredictedBreach> = {}): PredictedBreach => ({
  ...{ tenantId: TENANT, targetId: 'web-1', metric: 'cpu_percent', profile: 'web', runId: 'run-2' },
  ...{ issuedAt: (NOW - 300) * 1000, risk: 0.9, expectedPeak: 99 },
  threshold: { direction: 'above', limit: 95, source: 'fixed' },
  breach: {
    ...{ probability: 0.98, expectedShareBeyond: 0.4, severity: 'warning' },
    timeToImpactSeconds: { p10: 7200, p50: 21_600, p90: 27_000 },
  },
  explanation: {
    issuedAt: (NOW - 600) * 1000,
    reasons: [
      { kind: 'recent-climb', share: 95, text: 'it has climbed by 9 per hour' },
      { kind: 'usual-level', share: 5, text: 'its usual course leads there' },
    ],
    counterfactual: null,
  },
  warning: {
    ...{ severity: 'warning', since: (NOW - 600) * 1000, lessSince: { warning: null, critical: null } },
    announced: { at: (NOW - 600) * 1000, reason: 'raised' },
  },
  ...over,
});

export const member = (over: Partial<IncidentMember> = {}): IncidentMember => ({
  key: JSON.stringify([TENANT, 'web-1', 'anomaly', 'cpu_percent']),
  ...{ kind: 'anomaly', targetId: 'web-1', firstAt: NOW - 900, lastAt: NOW - 60, count: 3 },
  ...{ isActive: true, confidence: 0.9, impactAt: null },
  ...over,
});

export const incident = (over: Partial<Incident> = {}): Incident => ({
  ...{ incidentId: 'i-1', tenantId: TENANT, status: 'open', severity: 'high', startedAt: NOW - 900 },
  ...{ lastAt: NOW - 60, detectedAt: NOW - 840, reopenCount: 0, members: { a: member() }, causeKeys: [] },
  ...{ changes: [], timeline: [], seen: [] },
  ...over,
});

export const report = (over: Partial<CausesReport> = {}): CausesReport => ({
  ...{ incidentId: 'i-1', incidentVersion: 1, diagnosedAt: NOW - 800, target: 'web-1', metric: undefined },
  window: { from: NOW - 4000, to: NOW, stepSeconds: 60 },
  ...{ graphVersion: undefined, method: 'first-to-deviate', limits: [], gate: undefined, similar: [] },
  signature: {},
  causes: [{ node: 'web-1', score: 3, confidence: 0.93, evidence: ['cpu_percent of web-1 rose first'] }],
  ...over,
});

export const deployment = (over: Partial<ChangeRecord> = {}): ChangeRecord => ({
  ...{
    tenantId: TENANT,
    changeId: 'c-1',
    targetId: 'web-1',
    at: NOW - 1800,
    summary: 'web 2',
    kind: 'deployment',
  },
  ...{ version: '2', previousVersion: '1', recordedAt: NOW - 1800, health: 'unhealthy' },
  checks: [
    {
      ...{
        minutes: 5,
        until: NOW - 1500,
        checkedAt: NOW - 1490,
        health: 20,
        confidence: 0.9,
        judged: 3,
        sent: 3,
      },
      parts: [{ weight: 1, harm: 0.8, text: 'errors rose from 0.1 % to 9 %' }],
    },
    {
      ...{
        minutes: 15,
        until: NOW - 900,
        checkedAt: NOW - 890,
        health: null,
        confidence: 0,
        judged: 0,
        sent: 3,
      },
      parts: [],
    },
  ],
  proposal: {
    ...{ action: 'roll-back-deployment', targetId: 'web-1', changeId: 'c-1', from: '2', to: '1' },
    ...{ confidence: 0.8, expiresAt: NOW + 3600 },
  },
  ...over,
});

export const forecast = (over: Partial<TargetForecast> = {}): TargetForecast => ({
  ...{ tenantId: TENANT, targetId: 'web-1', runId: 'run-2', issuedAt: (NOW - 300) * 1000 },
  metrics: [
    {
      metric: 'cpu_percent',
      forecast: {
        ...{ start: NOW, stepSeconds: 300, horizon: 2, quantileLevels: [0.1, 0.5, 0.9] },
        quantiles: [
          [80, 82],
          [85, 90],
          [90, 99],
        ].map((row) => Float64Array.from(row)),
        ...{ mean: Float64Array.from([85, 90]), model: 'ensemble-1', members: [], reason: '', warnings: [] },
      },
      threshold: { direction: 'above', limit: 95, source: 'historical' },
      breach: breach().breach,
    },
  ],
  ...over,
});

export interface Facts {
  readonly breaches?: readonly PredictedBreach[];
  readonly forecasts?: readonly TargetForecast[];
  readonly incidents?: readonly Incident[];
  readonly reports?: readonly CausesReport[];
  readonly changes?: readonly ChangeRecord[];
  readonly targets?: readonly Target[];
  readonly forecastSeconds?: number;
}

/** Stores that hold just these facts. `asked`: the facts from which alert types were told. */
export const sourcesOf = async (facts: Facts = {}) => {
  const { breaches = [], forecasts = [], incidents = [], reports = [], changes = [] } = facts;
  const { forecastSeconds = 3600 } = facts;
  const stored = memoryForecasts();
  for (const each of forecasts) await stored.store.put(each, 0);
  const asked: ProblemFacts[] = [];
  const alerts = memoryStandingAlerts();
  const sources: Sources = {
    breaches: memoryBreaches(breaches).store,
    forecasts: stored.store,
    incidents: {
      get: async (tenantId, id): Promise<StoredIncident | undefined> => {
        const found = incidents.find((each) => each.tenantId === tenantId && each.incidentId === id);
        return found && { incident: found, version: 1, pending: [] };
      },
    },
    causes: { get: async (_, id) => reports.find(({ incidentId }) => incidentId === id) },
    changes: {
      get: async (tenantId, id): Promise<StoredChange | undefined> => {
        const record = changes.find((each) => each.tenantId === tenantId && each.changeId === id);
        return record && { record, revision: 1, pending: [] };
      },
    },
    alerts,
    registry: memoryRegistry(facts.targets ?? [watched('web-1')]),
    forecastSeconds,
    alertTypeOf: (given) => {
      asked.push(given);
      return alertTypeOf(given);
    },
  };
  return { sources, asked, alerts };
};

export const moment = (over: Partial<Moment> = {}): Moment => ({
  ...{ tenantId: TENANT, startedAt: NOW - 10, now: NOW, policy },
  ...over,
});

/** Finds the problem of a cause among facts. */
export const find = async (
  facts: Facts,
  cause: Parameters<typeof findProblem>[2],
  at: Partial<Moment> = {},
) => findProblem((await sourcesOf(facts)).sources, moment(at), cause);

/** Fails unless a problem was found. */
export const present = (found: Found) => {
  if (!('problem' in found)) throw new Error(`found ${JSON.stringify(found)}`);
  return found;
};
