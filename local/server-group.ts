/** Auto Scaling groups in the emulator that remediations may change. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';

export interface ServerGroup {
  readonly name: string;
  readonly servers: number;
  readonly most: number;
  /** Remediations of this tenant and environment may change it. */
  readonly owner: { readonly tenantId: string; readonly environment: string };
}

export const createGroup = async ({ name, servers, most, owner }: ServerGroup): Promise<void> => {
  const client = new AutoScalingClient();
  const launch = { LaunchConfigurationName: name, ImageId: 'ami-12345678', InstanceType: 't3.micro' };
  await client.send(new CreateLaunchConfigurationCommand(launch));
  const tags = { 'forestall:tenant': owner.tenantId, 'forestall:environment': owner.environment };
  await client.send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: name, LaunchConfigurationName: name, AvailabilityZones: ['us-east-1a'] },
      ...{ MinSize: 1, MaxSize: most, DesiredCapacity: servers },
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: false })),
    }),
  );
};

/** Servers that the group has now. */
export const countServers = async (name: string): Promise<number> => {
  const describe = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  return (await new AutoScalingClient().send(describe)).AutoScalingGroups?.[0]?.Instances?.length ?? 0;
};
