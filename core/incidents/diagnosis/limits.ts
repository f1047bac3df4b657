import type { AlarmGate } from './alarm-gate.ts';
import type { RankingMethod } from './confidence.ts';
import type { DiagnosisTarget } from './diagnosis-target.ts';
import { type IncidentCase, isSeenInAlarm } from './incident-case.ts';

const METHOD_LIMITS: Readonly<Record<RankingMethod, readonly string[]>> = {
  'excess-blame': [],
  'relative-blame': [
    'no request counts: harm cannot be added up along calls, so each request is assumed to call a node once',
  ],
  correlation: ['no call graph with the alarmed node: nodes are ranked by correlation and time order only'],
};

const MAX_NAMED = 5;

const nodes = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`);

const unmeasured = (incident: IncidentCase): string[] => {
  const missing = incident.names.filter((_, i) => incident.distance[i]! > 0 && incident.harms[i] == null);
  if (missing.length === 0) return [];
  const named = missing.toSorted().slice(0, MAX_NAMED).join(', ');
  return [`${nodes(missing.length)} behind the alarmed one without values, which cannot be ranked: ${named}`];
};

const unseen = (incident: IncidentCase): string[] => {
  const silent = incident.harms.filter(
    (harm, node) => harm !== null && !isSeenInAlarm(incident, node),
  ).length;
  return silent === 0 ? [] : [`${nodes(silent)} without requests during the alarm, which are not listed`];
};

const alarmRows = (incident: IncidentCase): string[] => {
  const harm = incident.harms[incident.target]!.harm;
  const isFlat = harm.every((value, row) => incident.before[row] === true || value <= 0);
  return isFlat ? ['the alarmed node shows no rise in this window: time order cannot be used'] : [];
};

/** Missing input and other reasons to trust the answer less, one sentence each. */
export const describeLimits = (
  incident: IncidentCase,
  method: RankingMethod,
  alarm: DiagnosisTarget,
  gate: AlarmGate,
  hasNormal: boolean,
): string[] => [
  ...METHOD_LIMITS[method],
  ...(hasNormal ? [] : ['no normal data: the baseline is the time before the alarm']),
  ...(alarm.agg === 'Average'
    ? []
    : [`the alarm is on ${alarm.agg}; the ranking prefers means, which add up along calls`]),
  ...(method === 'correlation' ? [] : unmeasured(incident)),
  ...unseen(incident),
  ...alarmRows(incident),
  ...(gate.isConvincing ? [] : [`weak alarm: ${gate.message}`]),
];
