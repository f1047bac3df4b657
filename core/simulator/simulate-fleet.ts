import { InvalidInputError } from '../errors.ts';
import type { Fleet, FleetOptions, ServerMetrics } from './fleet.ts';
import { planIncidents } from './incident-plan.ts';
import { routineDeployments } from './routine-changes.ts';
import { generateServer } from './server-series.ts';
import { buildServers, DEFAULT_SHARES } from './topology.ts';

const DAY = 86_400;
const SERVER_DAYS_PER_INCIDENT = 40;
const DEFAULT_DEVELOPING = 2;

const requireRange = (name: string, value: number, low: number, high: number, whole = true): void => {
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return;
  const kind = whole ? 'a whole number' : 'a number';
  throw new InvalidInputError(`${name}: found ${value}, expected ${kind} from ${low} to ${high}`, {
    field: name,
  });
};

const checkOptions = (options: FleetOptions): void => {
  requireRange('seed', options.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireRange('servers', options.servers, 1, 100_000);
  requireRange('days', options.days, 0.01, 3660, false);
  requireRange('stepSeconds', options.stepSeconds, 1, DAY);
  requireRange('endAt', options.endAt, 0, 1e11, false);
  requireRange('missingShare', options.missingShare ?? 0, 0, 0.99, false);
  requireRange('incidents', options.incidents ?? 0, 0, 1_000_000);
  requireRange('developing', options.developing ?? 0, 0, 1_000_000);
};

/**
 * Simulates a fleet of servers with seasons, trends, correlated metrics, deployments and labelled incidents. The same
 * options give the same bytes, whichever servers are generated and in whatever order. Series are made one server at a
 * time when asked for. Numbers are this project's own: typical of such servers, fitted to none.
 * @throws InvalidInputError where an option is out of range
 */
export const simulateFleet = (options: FleetOptions): Fleet => {
  checkOptions(options);
  const { seed, stepSeconds, missingShare = 0 } = options;
  const steps = Math.max(1, Math.floor((options.days * DAY) / stepSeconds));
  const end = Math.floor(options.endAt / stepSeconds) * stepSeconds;
  const start = end - (steps - 1) * stepSeconds;
  const servers = buildServers(seed, options.servers, options.shares ?? DEFAULT_SHARES);
  const count = options.incidents ?? Math.round((options.servers * options.days) / SERVER_DAYS_PER_INCIDENT);
  const developing = Math.min(options.developing ?? DEFAULT_DEVELOPING, count);
  const plan = planIncidents(servers, { seed, start, end, incidents: count, developing });
  const byId = new Map(servers.map((server) => [server.id, server]));
  const generate = (serverId: string): ServerMetrics => {
    const server = byId.get(serverId);
    if (server === undefined) throw new InvalidInputError(`server "${serverId}" is not in this fleet`);
    const deployments = routineDeployments(seed, server, start, end);
    const { incidents } = plan;
    return generateServer({ seed, server, start, stepSeconds, steps, incidents, deployments, missingShare });
  };
  const routine = servers.flatMap((server) => routineDeployments(seed, server, start, end));
  return {
    start,
    stepSeconds,
    steps,
    servers,
    incidents: plan.incidents,
    changes: [...routine, ...plan.changes].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
    generate,
    *[Symbol.iterator]() {
      for (const { id } of servers) yield generate(id);
    },
  };
};
