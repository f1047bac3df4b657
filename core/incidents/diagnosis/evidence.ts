import type { CorrelationBlame } from './correlation-ranking.ts';
import type { NodeBlame } from './excess-blame.ts';
import type { IncidentCase } from './incident-case.ts';
import type { ChangeEvidence } from './recent-changes.ts';
import type { RelativeBlame } from './relative-blame.ts';
import type { SimilarIncident } from './similar-incidents.ts';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const duration = (seconds: number): string => {
  if (Math.abs(seconds) < 1) return `${(1000 * seconds).toFixed(1)} ms`;
  if (Math.abs(seconds) < 120) return `${seconds.toFixed(1)} s`;
  return `${(seconds / 60).toFixed(0)} min`;
};

const NEW_NODE =
  'it has no values from before the alarm: it appeared with the incident, so check its callers for a change';

/** The node's own metric before and during the alarm. */
const describeRise = (incident: IncidentCase, node: number): string[] => {
  const harm = incident.harms[node];
  if (harm == null) return [];
  const alarmed = Array.from(harm.badness).filter(
    (v, row) => incident.before[row] !== true && !Number.isNaN(v),
  );
  if (alarmed.length === 0) return ['it had no requests during the alarm'];
  const worst = Math.max(...alarmed);
  if (incident.metric === 'availability') {
    return [`failed requests went from ${percent(harm.base)} to ${percent(worst)} at worst`];
  }
  return [`latency went from ${duration(harm.base)} to ${duration(worst)} at worst`];
};

const describeDistance = (incident: IncidentCase, node: number): string => {
  const calls = incident.distance[node]!;
  if (calls === 0) return 'it is the alarmed node itself';
  return calls === 1 ? 'the alarmed node calls it' : `it is ${calls} calls away from the alarmed node`;
};

const totalHarm = (incident: IncidentCase, node: number): string => {
  const harm = incident.harms[node]!.harm;
  const sum = Array.from(harm).reduce((total, v, row) => total + (incident.before[row] === true ? 0 : v), 0);
  return incident.metric === 'latency'
    ? `${duration(sum)} of added busy time`
    : `${sum.toFixed(0)} added failures`;
};

/** Evidence lines of a node ranked by excess blame. */
export const blameEvidence = (incident: IncidentCase, blame: NodeBlame): string[] => [
  `it carried ${percent(blame.carried)} of the alarmed node's added harm at the same time (${totalHarm(incident, blame.node)})`,
  `the nodes it calls explain ${percent(blame.explained)}; its own share is ${percent(Math.max(0, blame.score))} after a deduction of ${percent(blame.noise)} for chance`,
  ...describeRise(incident, blame.node),
  describeDistance(incident, blame.node),
  ...(blame.isOutsideView
    ? ['it may only mirror a neighbour that carries as much harm: its score is halved']
    : []),
  ...(blame.isNew ? [NEW_NODE] : []),
];

/** Evidence lines of a node ranked without request counts. */
export const relativeEvidence = (incident: IncidentCase, blame: RelativeBlame): string[] => [
  `match with the alarmed node's rise over time: ${percent(blame.rise.match)}; clarity above chance: ${percent(blame.rise.clarity)}`,
  `no single node it calls explains more than ${percent(blame.explained)} of its rise`,
  ...describeRise(incident, blame.node),
  describeDistance(incident, blame.node),
  ...(blame.isNew ? [NEW_NODE] : []),
];

const describeLag = (lag: number): string => {
  if (lag === 0) return 'in the same interval as';
  const intervals = Math.abs(lag) === 1 ? '1 interval' : `${Math.abs(lag)} intervals`;
  return `${intervals} ${lag > 0 ? 'after' : 'before'}`;
};

/** Evidence lines of a node ranked without a call graph. */
export const correlationEvidence = (incident: IncidentCase, blame: CorrelationBlame): string[] => [
  `correlation of its added harm with the alarmed node's: ${blame.correlation.toFixed(2)}`,
  `its rise began ${describeLag(blame.lag)} the alarmed node's`,
  ...describeRise(incident, blame.node),
  ...(blame.isNew ? [NEW_NODE] : []),
];

/** Evidence line of a change near the onset. */
export const changeEvidence = ({ change, secondsBefore }: ChangeEvidence): string =>
  `it changed ${duration(Math.abs(secondsBefore))} ${secondsBefore < 0 ? 'after' : 'before'} the alarm: ${change.summary}`;

/** Evidence line of a past incident in which this node was suspected wrongly. */
export const mistakenEvidence = ({ incident, similarity }: SimilarIncident): string =>
  `it was wrongly suspected in incident ${incident.incidentId} (${percent(similarity)} similar), whose confirmed cause was ${incident.cause}`;

/** Evidence line of a past incident with the same cause. */
export const similarEvidence = ({ incident, similarity }: SimilarIncident): string => {
  const fix = incident.fixedBy === undefined ? 'no fix was recorded' : `fixed by: ${incident.fixedBy}`;
  const role = incident.isConfirmed === true ? 'the confirmed cause' : 'the likeliest cause';
  return `it was ${role} of incident ${incident.incidentId} (${percent(similarity)} similar); ${fix}`;
};
