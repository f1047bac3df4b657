import type { SimulatedProfile, SimulatedServer } from '../../../core/simulator/fleet.ts';
import { buildServers, DEFAULT_SHARES } from '../../../core/simulator/topology.ts';

type Drawn = readonly [id: string, profile: SimulatedProfile, ...calls: string[]];

const servers = (...drawn: readonly Drawn[]): SimulatedServer[] =>
  drawn.map(([id, profile, ...calls]) => ({ id, profile, cell: 0, calls }));

/** Kinds of applications: shallow and deep, narrow and wide, with and without shared services. */
export const TOPOLOGIES: Readonly<Record<string, (seed: number) => readonly SimulatedServer[]>> = {
  'eight servers in three tiers': (seed) => buildServers(seed, 8, DEFAULT_SHARES),
  'twenty servers in three tiers': (seed) => buildServers(seed, 20, DEFAULT_SHARES),
  'a chain of six': () =>
    servers(
      ['site', 'web', 'gateway'],
      ['gateway', 'app', 'orders'],
      ['orders', 'app', 'stock'],
      ['stock', 'app', 'prices'],
      ['prices', 'app', 'prices-db'],
      ['prices-db', 'database'],
    ),
  'one site over six services with stores of their own': () =>
    servers(
      ['site', 'web', 'a', 'b', 'c', 'd', 'e', 'f'],
      ...['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name): Drawn[] => [
        [name, 'app', `${name}-db`],
        [`${name}-db`, 'database'],
      ]),
    ),
  'services that share an identity service and two stores': () =>
    servers(
      ['shop', 'web', 'gateway'],
      ['admin', 'web', 'gateway', 'reports'],
      ['gateway', 'app', 'identity', 'cart', 'search', 'pay'],
      ['cart', 'app', 'identity', 'store'],
      ['search', 'app', 'store', 'index'],
      ['pay', 'app', 'identity', 'ledger'],
      ['reports', 'app', 'ledger', 'store'],
      ['identity', 'app', 'users'],
      ['nightly', 'batch', 'ledger'],
      ['users', 'database'],
      ['store', 'database'],
      ['index', 'database'],
      ['ledger', 'database'],
    ),
};
