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
  'it has no values from before the alarm: it appeared with the incident, so look at a change in its caller';

/** From where to where the node's own metric went during the alarm. */
const describeRise = (incident: IncidentCase, node: number): string[] => {
  const harm = incident.harms[node];
  if (harm == null) return [];
  const alarmed = Array.from(harm.badness).filter(
    (v, row) => incident.before[row] !== true && !Number.isNaN(v),
  );
  if (alarmed.length === 0) return ['no requests were seen during the alarm'];
  const worst = Math.max(...alarmed);
  if (incident.metric === 'availability') {
    return [`failed requests went from ${percent(harm.base)} to ${percent(worst)} at worst`];
  }
  return [`mean latency went from ${duration(harm.base)} to ${duration(worst)} at worst`];
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
  `the nodes it calls explain ${percent(blame.explained)}; its own part, less ${percent(blame.noise)} for chance, is ${percent(Math.max(0, blame.score))}`,
  ...describeRise(incident, blame.node),
  describeDistance(incident, blame.node),
  ...(blame.isOutsideView
    ? ['it may only be the outside view of a neighbour that carries as much: counted half']
    : []),
  ...(blame.isNew ? [NEW_NODE] : []),
];

/** Evidence lines of a node ranked without request counts. */
export const relativeEvidence = (incident: IncidentCase, blame: RelativeBlame): string[] => [
  `its rise matches the alarmed node's in time to ${percent(blame.rise.match)} and stands out from chance to ${percent(blame.rise.clarity)}`,
  `a single node that it calls explains at most ${percent(blame.explained)} of its rise`,
  ...describeRise(incident, blame.node),
  describeDistance(incident, blame.node),
  ...(blame.isNew ? [NEW_NODE] : []),
];

const describeLag = (lag: number): string => {
  if (lag === 0) return 'in the same row as';
  return `${Math.abs(lag)} row${Math.abs(lag) === 1 ? '' : 's'} ${lag > 0 ? 'after' : 'before'}`;
};

/** Evidence lines of a node ranked without a call graph. */
export const correlationEvidence = (incident: IncidentCase, blame: CorrelationBlame): string[] => [
  `its added harm correlates with the alarmed node's at ${blame.correlation.toFixed(2)}`,
  `its rise began ${describeLag(blame.lag)} the alarmed node's`,
  ...describeRise(incident, blame.node),
  ...(blame.isNew ? [NEW_NODE] : []),
];

/** The line for a change near the onset. */
export const changeEvidence = ({ change, secondsBefore }: ChangeEvidence): string =>
  `changed ${duration(Math.abs(secondsBefore))} ${secondsBefore < 0 ? 'after' : 'before'} the alarm: ${change.summary}`;

/** The line for a past incident in which this node was blamed wrongly. */
export const mistakenEvidence = ({ incident, similarity }: SimilarIncident): string =>
  `it was taken for the cause of incident ${incident.incidentId}, which looked ${percent(similarity)} alike, where people found ${incident.cause}`;

/** The line for a past incident with the same cause. */
export const similarEvidence = ({ incident, similarity }: SimilarIncident): string => {
  const fix =
    incident.fixedBy === undefined ? 'how it was fixed is not recorded' : `fixed by: ${incident.fixedBy}`;
  const said = incident.isConfirmed === true ? 'people found it to be the cause' : 'was the likeliest cause';
  return `${said} of incident ${incident.incidentId}, which looked ${percent(similarity)} alike; ${fix}`;
};
