/** A service on a group of servers that exists in the emulator: its CPU depends on how many servers share the load. */
import type { ApiClient } from '../cli/api-client/api-client.ts';
import { historyOf, MINUTE, type MinutePoint, noise, sendEachMinute, sendPoints } from './minute-points.ts';
import { countServers, createGroup } from './server-group.ts';

export const GROUP = 'shop-web';
export const TARGET = 'shop-web';
export const ENVIRONMENT = 'web-shop';
const SERVERS = 5;
/** Enough for forecasts. */
const HISTORY_MINUTES = 120;

/** CPU that all servers need together, in percent of one: it rises for two hours, and then stays. */
const demandAt = (minutesFromNow: number): number =>
  SERVERS * (minutesFromNow < 0 ? 88 + 0.4 * minutesFromNow : Math.min(94, 88 + 0.4 * minutesFromNow));

const pointAt = (timestamp: number, now: number, servers: number): MinutePoint => ({
  ...{ target: TARGET, metric: 'cpu_percent', timestamp },
  value: Math.min(100, demandAt((timestamp - now) / MINUTE) / servers + noise(timestamp)),
});

/** Creates the group of servers, which remediations of the tenant may change. */
export const createService = (tenantId: string): Promise<void> =>
  createGroup({ name: GROUP, servers: SERVERS, most: 10, owner: { tenantId, environment: ENVIRONMENT } });

/** Sends what the service did in the two hours until `now` (epoch seconds). */
export const sendHistory = (client: ApiClient, now: number) =>
  sendPoints(
    client,
    historyOf(now, HISTORY_MINUTES, (at) => pointAt(at, now, SERVERS)),
  );

/** Sends the CPU once a minute from `now` on, with the servers that the group then has, until the signal. */
export const keepSending = (client: ApiClient, now: number, signal: AbortSignal): Promise<void> =>
  sendEachMinute(client, now, async (at) => [pointAt(at, now, await countServers(GROUP))], signal);
