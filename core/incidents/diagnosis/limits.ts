import type { AlarmGate } from './alarm-gate.ts';
import type { RankingMethod } from './confidence.ts';
import type { DiagnosisTarget } from './diagnosis-target.ts';
import { type IncidentCase, isSeenInAlarm } from './incident-case.ts';

const METHOD_LIMITS: Readonly<Record<RankingMethod, readonly string[]>> = {
  'excess-blame': [],
  'relative-blame': [
    'no request counts: harm could not be added up along calls, so each request was taken to call a node once',
  ],
  correlation: [
    'no call graph with the alarmed node in it: it could not be followed who calls whom, so nodes are ranked by correlation and time order only',
  ],
};

const unmeasured = (incident: IncidentCase): string[] => {
  const missing = incident.names.filter((_, i) => incident.distance[i]! > 0 && incident.harms[i] == null);
  if (missing.length === 0) return [];
  const named = missing.toSorted().slice(0, 5).join(', ');
  return [`${missing.length} nodes behind the alarmed one have no values and cannot be blamed: ${named}`];
};

const unseen = (incident: IncidentCase): string[] => {
  const silent = incident.harms.filter(
    (harm, node) => harm !== null && !isSeenInAlarm(incident, node),
  ).length;
  return silent === 0 ? [] : [`${silent} nodes saw no requests during the alarm and are not listed`];
};

const alarmRows = (incident: IncidentCase): string[] => {
  const harm = incident.harms[incident.target]!.harm;
  const isFlat = harm.every((value, row) => incident.before[row] === true || value <= 0);
  return isFlat ? ['the alarmed node shows no rise in this window: time order could not be used'] : [];
};

/** What could not be done with this input, and what weakens the answer; one sentence each. */
export const describeLimits = (
  incident: IncidentCase,
  method: RankingMethod,
  alarm: DiagnosisTarget,
  gate: AlarmGate,
  hasNormal: boolean,
): string[] => [
  ...METHOD_LIMITS[method],
  ...(hasNormal ? [] : ['no normal data: what is usual was read off the rows before the alarm']),
  ...(alarm.agg === 'Average'
    ? []
    : [`the alarm is on ${alarm.agg}; the ranking uses means, which add up along calls`]),
  ...(method === 'correlation' ? [] : unmeasured(incident)),
  ...unseen(incident),
  ...alarmRows(incident),
  ...(gate.isConvincing ? [] : [`weak alarm: ${gate.message}`]),
];
