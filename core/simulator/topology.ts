import type { SimulatedProfile, SimulatedServer } from './fleet.ts';
import { type RandomStream, randomStream } from './random.ts';

const SERVERS_PER_CELL = 20;
/** Callees by profile: web servers call apps; apps and batch workers call databases. */
const CALLEES: Readonly<Record<SimulatedProfile, { profile: SimulatedProfile; count: number } | undefined>> =
  {
    web: { profile: 'app', count: 2 },
    app: { profile: 'database', count: 1 },
    batch: { profile: 'database', count: 1 },
    database: undefined,
  };
const PROFILE_ORDER: readonly SimulatedProfile[] = ['web', 'app', 'database', 'batch'];

/** Default mix of a fleet. */
export const DEFAULT_SHARES: Readonly<Record<SimulatedProfile, number>> = {
  web: 0.4,
  app: 0.3,
  database: 0.2,
  batch: 0.1,
};

/** Assigns profiles so that every prefix of the fleet has the requested mix, as nearly as whole servers allow. */
const dealProfiles = (
  count: number,
  shares: Readonly<Record<SimulatedProfile, number>>,
): SimulatedProfile[] => {
  const total = PROFILE_ORDER.reduce((sum, profile) => sum + shares[profile], 0);
  const dealt = new Map<SimulatedProfile, number>(PROFILE_ORDER.map((profile) => [profile, 0]));
  return Array.from({ length: count }, (_, index) => {
    const owed = (profile: SimulatedProfile): number =>
      (shares[profile] / total) * (index + 1) - dealt.get(profile)!;
    const next = PROFILE_ORDER.reduce((best, profile) => (owed(profile) > owed(best) ? profile : best));
    dealt.set(next, dealt.get(next)! + 1);
    return next;
  });
};

type Uncalled = Omit<SimulatedServer, 'calls'>;

const chooseCallees = (server: Uncalled, cell: readonly Uncalled[], random: RandomStream): string[] => {
  const wanted = CALLEES[server.profile];
  if (wanted === undefined) return [];
  const choices = cell.filter((other) => other.profile === wanted.profile).map(({ id }) => id);
  const chosen: string[] = [];
  while (chosen.length < wanted.count && choices.length > 0) {
    chosen.push(...choices.splice(random.below(choices.length), 1));
  }
  return chosen.sort((a, b) => (a < b ? -1 : 1));
};

/** Names the servers (`web-001`), assigns profiles and cells, and draws the calls within each cell. */
export const buildServers = (
  seed: number,
  count: number,
  shares: Readonly<Record<SimulatedProfile, number>>,
): SimulatedServer[] => {
  const width = Math.max(3, String(count).length);
  const numbers = new Map<SimulatedProfile, number>();
  const uncalled = dealProfiles(count, shares).map((profile, index): Uncalled => {
    const number = (numbers.get(profile) ?? 0) + 1;
    numbers.set(profile, number);
    const id = `${profile}-${String(number).padStart(width, '0')}`;
    return { id, profile, cell: Math.floor(index / SERVERS_PER_CELL) };
  });
  const cells = Map.groupBy(uncalled, ({ cell }) => cell);
  return uncalled.map((server) => ({
    ...server,
    calls: chooseCallees(server, cells.get(server.cell)!, randomStream(seed, 'calls', server.id)),
  }));
};
