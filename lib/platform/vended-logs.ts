import type { Construct } from 'constructs';

/**
 * Name of a log group that a service of AWS writes to. The resource policy of an account for log delivery holds 5,120
 * characters, shared by all stacks; groups under this prefix need no entry of their own.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
 */
export const vendedLogs = (kind: 'states' | 'apis', { node }: Construct): string =>
  `/aws/vendedlogs/${kind}/forestall/${node.path}`;
