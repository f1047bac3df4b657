/** A service on a group of servers that exists in the emulator: its CPU depends on how many servers share the load. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import type { ApiClient } from '../cli/api-client/api-client.ts';

export const GROUP = 'shop-web';
export const TARGET = 'shop-web';
export const ENVIRONMENT = 'web-shop';
const METRIC = 'cpu_percent';
const SERVERS = 5;
const STEP = 60;
/** Two hours are enough for forecasts. */
const HISTORY_MINUTES = 120;

/** CPU that all servers need together, in percent of one: it rises for two hours, and then stays. */
const demandAt = (minutesFromNow: number): number =>
  SERVERS * (minutesFromNow < 0 ? 88 + 0.4 * minutesFromNow : Math.min(94, 88 + 0.4 * minutesFromNow));

/** Between 0 and 1, the same for the same second. */
const noise = (second: number): number => {
  const large = Math.sin(second * 12.9898) * 43758.5453;
  return large - Math.floor(large);
};

const send = (client: ApiClient, points: readonly object[]) =>
  client.ingest({ format: 'json', body: JSON.stringify({ points }), contentType: 'application/json' });

const pointAt = (timestamp: number, now: number, servers: number): object => ({
  ...{ target: TARGET, metric: METRIC, timestamp },
  value: Math.min(100, demandAt((timestamp - now) / STEP) / servers + noise(timestamp)),
});

/** Servers of the group. */
export const countServers = async (): Promise<number> => {
  const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] });
  return (await new AutoScalingClient().send(describe)).AutoScalingGroups?.[0]?.Instances?.length ?? 0;
};

/** Creates the group, with the tags that let remediations of the tenant change it. */
export const createGroup = async (tenantId: string): Promise<void> => {
  const client = new AutoScalingClient();
  const launch = { LaunchConfigurationName: GROUP, ImageId: 'ami-12345678', InstanceType: 't3.micro' };
  await client.send(new CreateLaunchConfigurationCommand(launch));
  const tags = { 'forestall:tenant': tenantId, 'forestall:environment': ENVIRONMENT };
  await client.send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: GROUP, LaunchConfigurationName: GROUP, AvailabilityZones: ['us-east-1a'] },
      ...{ MinSize: 1, MaxSize: 10, DesiredCapacity: SERVERS },
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: false })),
    }),
  );
};

/** Sends what the service did in the two hours until `now` (epoch seconds). */
export const sendHistory = (client: ApiClient, now: number) =>
  send(
    client,
    Array.from({ length: HISTORY_MINUTES }, (_, ago) => pointAt(now - ago * STEP, now, SERVERS)),
  );

/** Sends the CPU once a minute from `now` on, with the servers that the group then has, until the signal. */
export const keepSending = async (client: ApiClient, now: number, signal: AbortSignal): Promise<void> => {
  for (let at = now + STEP; ; at += STEP) {
    while (Date.now() < at * 1000 && !signal.aborted) await wait(250);
    if (signal.aborted) return;
    await send(client, [pointAt(at, now, await countServers())]);
  }
};
