import { applyResult, groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import type { GroupingContext } from '../../../../core/incidents/grouping/grouping-context.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import {
  type AlarmSignal,
  type AnomalyEndSignal,
  type AnomalySignal,
  type BreachEndSignal,
  type BreachSignal,
  type ChangeSignal,
  dedupKey,
  isEnd,
  type Signal,
} from '../../../../core/incidents/signal.ts';
import { nearness } from '../../../../core/incidents/topology/nearness.ts';

/** web -> app -> db, and a host of its own. */
export const isNear = nearness({
  nodes: ['web', 'app', 'db', 'lonely'],
  edges: [
    ['web', 'app'],
    ['app', 'db'],
  ],
});

export const contextAt = (now: number, more: Partial<GroupingContext> = {}): GroupingContext => ({
  now,
  policy: INCIDENT_POLICY,
  isNear,
  recentChanges: [],
  coincidenceTargets: 5,
  earlyEnds: new Map(),
  maxAbsorbed: Infinity,
  ...more,
});

const id = (kind: string, targetId: string, at: number) => `${kind}-${targetId}-${at}`;

export const anomaly = (targetId: string, at: number, more: Partial<AnomalySignal> = {}): AnomalySignal => ({
  kind: 'anomaly',
  signalId: id('anomaly', targetId, at),
  tenantId: 't1',
  targetId,
  at,
  metric: 'cpu',
  confidence: 0.9,
  ...more,
});

export const anomalyEnd = (
  targetId: string,
  at: number,
  more: Partial<AnomalyEndSignal> = {},
): AnomalyEndSignal => ({
  kind: 'anomaly-end',
  signalId: id('anomaly-end', targetId, at),
  tenantId: 't1',
  targetId,
  at,
  metric: 'cpu',
  ...more,
});

export const breach = (targetId: string, at: number, more: Partial<BreachSignal> = {}): BreachSignal => ({
  kind: 'predicted-breach',
  signalId: id('breach', targetId, at),
  tenantId: 't1',
  targetId,
  at,
  metric: 'disk',
  probability: 0.8,
  timeToImpactSeconds: 1800,
  ...more,
});

export const breachEnd = (
  targetId: string,
  at: number,
  more: Partial<BreachEndSignal> = {},
): BreachEndSignal => ({
  kind: 'predicted-breach-end',
  signalId: id('breach-end', targetId, at),
  tenantId: 't1',
  targetId,
  at,
  metric: 'disk',
  ...more,
});

export const alarm = (
  targetId: string,
  at: number,
  state: AlarmSignal['state'] = 'ALARM',
  more: Partial<AlarmSignal> = {},
): AlarmSignal => ({
  kind: 'alarm',
  signalId: id(state, targetId, at),
  tenantId: 't1',
  targetId,
  at,
  alarmName: `${targetId}-errors`,
  state,
  ...more,
});

export const change = (targetId: string, at: number, more: Partial<ChangeSignal> = {}): ChangeSignal => ({
  kind: 'change',
  signalId: id('change', targetId, at),
  tenantId: 't1',
  targetId,
  at,
  summary: 'version 41 deployed',
  ...more,
});

/** Groups signals one after another; each arrives 30 s after its time. */
export const foldAll = (
  signals: readonly Signal[],
  more: Partial<GroupingContext> = {},
): readonly Incident[] => {
  let incidents: readonly Incident[] = [];
  for (const signal of signals) {
    incidents = applyResult(incidents, groupSignal(incidents, signal, contextAt(signal.at + 30, more)));
  }
  return incidents;
};

/** Groups like a caller that remembers early ends. */
export const foldRemembering = (signals: readonly Signal[], more: Partial<GroupingContext> = {}) => {
  let incidents: readonly Incident[] = [];
  const earlyEnds = new Map<string, number>();
  for (const signal of signals) {
    const result = groupSignal(incidents, signal, contextAt(9000, { earlyEnds, ...more }));
    incidents = applyResult(incidents, result);
    if (result.change.kind !== 'early-end' || !isEnd(signal)) continue;
    earlyEnds.set(dedupKey(signal), Math.max(signal.at, earlyEnds.get(dedupKey(signal)) ?? 0));
  }
  return incidents;
};

/** The properties that must not depend on the order of arrival. */
export const content = (incidents: readonly Incident[]) =>
  incidents
    .map(({ members, severity, startedAt, lastAt, causeKeys }) => ({
      members: Object.fromEntries(Object.entries(members).sort()),
      severity,
      startedAt,
      lastAt,
      causeKeys,
    }))
    .map((incident) => JSON.stringify(incident))
    .sort();
