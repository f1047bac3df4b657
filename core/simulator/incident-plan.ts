import { HOUR_SECONDS } from '../shared/time.ts';
import {
  type AffectedServer,
  type ChangeEvent,
  INCIDENT_KINDS,
  type Incident,
  type IncidentKind,
  type SimulatedMetric,
  type SimulatedServer,
} from './fleet.ts';
import { INCIDENT_BEHAVIOURS, type IncidentBehaviour, WAITING } from './incident-kinds.ts';
import { type RandomStream, randomStream } from './random.ts';

/** Minimum time between two incidents that affect the same server. */
const APART_SECONDS = 6 * HOUR_SECONDS;
const MAX_DRAWS = 40;
const SLOW_KINDS: readonly IncidentKind[] = ['disk-filling', 'memory-leak'];

/** Window and size of the plan; times in epoch seconds. */
export interface PlanOptions {
  readonly seed: number;
  readonly start: number;
  readonly end: number;
  readonly incidents: number;
  readonly developing: number;
}

interface Plan {
  readonly incidents: readonly Incident[];
  readonly changes: readonly ChangeEvent[];
}

const calleesOf = (servers: readonly SimulatedServer[], id: string): readonly string[] =>
  servers.find((server) => server.id === id)?.calls ?? [];
const callersOf = (servers: readonly SimulatedServer[], id: string): string[] =>
  servers.filter(({ calls }) => calls.includes(id)).map((caller) => caller.id);

/** Adds all servers reachable through `next`, with their distance in calls. */
const spreadAlong = (
  affected: AffectedServer[],
  next: (id: string) => readonly string[],
  metricsOf: (id: string) => readonly SimulatedMetric[],
): void => {
  for (let i = 0; i < affected.length; i++) {
    for (const target of next(affected[i]!.target)) {
      if (affected.some((known) => known.target === target)) continue;
      affected.push({ target, hops: affected[i]!.hops + 1, metrics: metricsOf(target) });
    }
  }
};

/** The servers affected by an incident that starts at `root`, with their metrics; root first. */
export const spreadFrom = (
  servers: readonly SimulatedServer[],
  root: string,
  { atRoot, elsewhere, spreads }: IncidentBehaviour,
): AffectedServer[] => {
  const affected: AffectedServer[] = [{ target: root, hops: 0, metrics: atRoot }];
  if (spreads === 'nowhere') return affected;
  const callers = (id: string) => callersOf(servers, id);
  if (spreads === 'to-callees') {
    spreadAlong(
      affected,
      (id) => calleesOf(servers, id),
      () => elsewhere,
    );
    spreadAlong(affected, callers, () => WAITING);
  } else {
    spreadAlong(affected, callers, (id) => (callers(id).length === 0 ? WAITING : elsewhere));
  }
  return affected;
};

/** If the fleet's data is long enough, a developing incident is 55-70 % complete when the data ends. */
const drawWindow = (
  random: RandomStream,
  plan: PlanOptions,
  behaviour: IncidentBehaviour,
  developing: boolean,
): { start: number; end: number } => {
  const [shortest, longest] = behaviour.hours;
  const most = (plan.end - plan.start) * (developing ? 1 : 0.5);
  const length = Math.min(random.between(shortest, longest) * HOUR_SECONDS, most);
  const latest = plan.end - length;
  const start = developing
    ? plan.end - length * random.between(0.55, 0.7)
    : random.between(plan.start + (latest - plan.start) * 0.15, latest);
  return { start: Math.round(start / 60) * 60, end: Math.round((start + length) / 60) * 60 };
};

const collides = (planned: readonly Incident[], candidate: Omit<Incident, 'id'>): boolean =>
  planned.some(
    (other) =>
      candidate.start - APART_SECONDS < other.end &&
      other.start - APART_SECONDS < candidate.end &&
      candidate.affected.some(({ target }) => other.affected.some((known) => known.target === target)),
  );

const drawIncident = (
  random: RandomStream,
  servers: readonly SimulatedServer[],
  plan: PlanOptions,
  kind: IncidentKind,
  developing: boolean,
): Omit<Incident, 'id'> | undefined => {
  const behaviour = INCIDENT_BEHAVIOURS[kind];
  const roots = servers.filter(({ profile }) => behaviour.profiles.includes(profile));
  if (roots.length === 0) return undefined;
  const root = roots[random.below(roots.length)]!.id;
  return {
    kind,
    ...drawWindow(random, plan, behaviour, developing),
    rootCause: { target: root, metric: behaviour.metric },
    affected: spreadFrom(servers, root, behaviour),
    strength: Math.round(random.between(0.6, 1) * 100) / 100,
  };
};

const changesOf = (incident: Incident): ChangeEvent[] => {
  if (incident.changeId === undefined) return [];
  const { target } = incident.rootCause;
  const version = incident.id.replace('incident', 'release');
  return [
    { id: incident.changeId, kind: 'deployment', target, at: incident.start, version },
    { id: `${incident.changeId}-rollback`, kind: 'rollback', target, at: incident.end, version },
  ];
};

/**
 * Plans the fleet's incidents: first the slow ones that develop at the end, then each kind in turn, at least six hours
 * apart on the same server. If the fleet is too small or too short, it gets as many as fit.
 */
export const planIncidents = (servers: readonly SimulatedServer[], plan: PlanOptions): Plan => {
  const random = randomStream(plan.seed, 'incidents');
  const incidents: Incident[] = [];
  const firstKind = random.below(INCIDENT_KINDS.length);
  for (let number = 0; number < plan.incidents; number++) {
    const developing = number < plan.developing;
    const kinds = developing ? SLOW_KINDS : INCIDENT_KINDS;
    const kind = kinds[(developing ? number : firstKind + number) % kinds.length]!;
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const candidate = drawIncident(random, servers, plan, kind, developing);
      if (candidate === undefined || collides(incidents, candidate)) continue;
      const id = `incident-${String(number + 1).padStart(4, '0')}`;
      incidents.push({
        id,
        ...candidate,
        ...(kind === 'latency-regression' && { changeId: `${id}-change` }),
      });
      break;
    }
  }
  incidents.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  return { incidents, changes: incidents.flatMap(changesOf) };
};
