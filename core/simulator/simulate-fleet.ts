import { InvalidInputError } from '../shared/errors.ts';
import { DAY_SECONDS } from '../shared/time.ts';
import { type CellScript, generateCell } from './cell-series.ts';
import type { Fleet, FleetOptions, ServerMetrics, SimulatedServer } from './fleet.ts';
import { planIncidents } from './incident-plan.ts';
import { routineDeployments } from './routine-changes.ts';
import { buildServers, DEFAULT_SHARES } from './topology.ts';

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
  requireRange('stepSeconds', options.stepSeconds, 1, DAY_SECONDS);
  requireRange('endAt', options.endAt, 0, 1e11, false);
  requireRange('missingShare', options.missingShare ?? 0, 0, 0.99, false);
  requireRange('incidents', options.incidents ?? 0, 0, 1_000_000);
  requireRange('developing', options.developing ?? 0, 0, 1_000_000);
};

/** Generates a server's series on request. A cell is generated at once and cached, because its servers come next. */
const serverMaker = (script: CellScript): ((serverId: string) => ServerMetrics) => {
  const byId = new Map(script.servers.map((server) => [server.id, server]));
  const cells = Map.groupBy(script.servers, ({ cell }) => cell);
  let kept: { readonly cell: number; readonly series: ReadonlyMap<string, ServerMetrics> } | undefined;
  return (serverId) => {
    const server = byId.get(serverId);
    if (server === undefined) throw new InvalidInputError(`server "${serverId}" is not in this fleet`);
    if (kept?.cell !== server.cell) {
      const servers = cells.get(server.cell)!;
      kept = { cell: server.cell, series: generateCell({ ...script, servers }) };
    }
    return kept.series.get(serverId)!;
  };
};

/**
 * Simulates a fleet of servers with seasonality, trends, correlated metrics, deployments and labelled incidents. Equal
 * options give equal bytes, regardless of which servers are generated and in which order. Series are generated one cell
 * at a time. The parameters are typical values, not fitted to real servers.
 * @throws InvalidInputError if an option is out of range
 */
export const simulateFleet = (options: FleetOptions): Fleet => {
  checkOptions(options);
  const { seed, stepSeconds, missingShare = 0, errors = false } = options;
  const steps = Math.max(1, Math.floor((options.days * DAY_SECONDS) / stepSeconds));
  const end = Math.floor(options.endAt / stepSeconds) * stepSeconds;
  const start = end - (steps - 1) * stepSeconds;
  const servers = buildServers(seed, options.servers, options.shares ?? DEFAULT_SHARES);
  const count = options.incidents ?? Math.round((options.servers * options.days) / SERVER_DAYS_PER_INCIDENT);
  const developing = Math.min(options.developing ?? DEFAULT_DEVELOPING, count);
  const { incidents, changes } = planIncidents(servers, { seed, start, end, incidents: count, developing });
  const deploymentsOf = (server: SimulatedServer) => routineDeployments(seed, server, start, end);
  const script = { seed, servers, start, stepSeconds, steps, incidents, deploymentsOf, missingShare, errors };
  const generate = serverMaker(script);
  return {
    ...{ start, stepSeconds, steps, servers, incidents },
    changes: [...servers.flatMap(deploymentsOf), ...changes].sort(
      (a, b) => a.at - b.at || (a.id < b.id ? -1 : 1),
    ),
    generate,
    *[Symbol.iterator]() {
      for (const { id } of servers) yield generate(id);
    },
  };
};
