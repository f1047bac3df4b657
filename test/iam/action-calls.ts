/** The resources for which IAM authorises the calls of actions. */
import * as z from 'zod';
import type { PreviewedCall } from '../../core/remediation/ports.ts';

const AT = 'eu-west-1:123456789012';
const Text = z.string().default('');
const Input = z.object({
  ...{ AutoScalingGroupName: Text, cluster: Text, service: Text, FunctionName: Text, ResourceName: Text },
  ...{ DBInstanceIdentifier: Text, ListenerArn: Text, DistributionId: Text, SourceArn: Text, QueueUrl: Text },
  ...{ ApplicationId: Text, EnvironmentId: Text, ConfigurationProfileId: Text, DeploymentStrategyId: Text },
  ...{ DocumentName: Text, stateMachineArn: Text },
  InstanceIds: z.array(z.string()).default([]),
  Resources: z.array(z.string()).default([]),
});
type Input = z.infer<typeof Input>;

const application = ({ ApplicationId }: Input): string =>
  `arn:aws:appconfig:${AT}:application/${ApplicationId}`;
const profile = (input: Input): string =>
  `${application(input)}/configurationprofile/${input.ConfigurationProfileId}`;
const instance = (id: string): string => `arn:aws:ec2:${AT}:instance/${id}`;
const document = ({ DocumentName }: Input): string => `arn:aws:ssm:${AT}:document/${DocumentName}`;

const BY_OPERATION: Readonly<Record<string, (input: Input) => readonly string[]>> = {
  'appconfig:CreateHostedConfigurationVersion': (input) => [application(input), profile(input)],
  'appconfig:StartDeployment': (input) => [
    ...[application(input), profile(input), `${application(input)}/environment/${input.EnvironmentId}`],
    `arn:aws:appconfig:${AT}:deploymentstrategy/${input.DeploymentStrategyId}`,
  ],
  'rds:AddTagsToResource': ({ ResourceName }) => [ResourceName],
  'ssm:SendCommand': (input) => [document(input), ...input.InstanceIds.map(instance)],
  'ssm:StartAutomationExecution': (input) => [
    document(input),
    `arn:aws:ssm:${AT}:automation-definition/${input.DocumentName}:1`,
    `arn:aws:ssm:${AT}:automation-execution/e-1`,
  ],
  'sqs:TagQueue': ({ QueueUrl }) => [`arn:aws:sqs:${AT}:${QueueUrl.split('/').at(-1)}`],
};

const BY_SERVICE: Readonly<Record<string, (input: Input) => readonly string[]>> = {
  autoscaling: ({ AutoScalingGroupName }) => [
    `arn:aws:autoscaling:${AT}:autoScalingGroup:0000:autoScalingGroupName/${AutoScalingGroupName}`,
  ],
  ec2: ({ InstanceIds, Resources }) => [...InstanceIds, ...Resources].map(instance),
  ecs: ({ cluster, service }) => [`arn:aws:ecs:${AT}:service/${cluster}/${service}`],
  lambda: ({ FunctionName }) => [`arn:aws:lambda:${AT}:function:${FunctionName}`],
  rds: ({ DBInstanceIdentifier }) => [`arn:aws:rds:${AT}:db:${DBInstanceIdentifier}`],
  elasticloadbalancing: ({ ListenerArn }) => [ListenerArn],
  cloudfront: ({ DistributionId }) => [`arn:aws:cloudfront::123456789012:distribution/${DistributionId}`],
  sqs: ({ SourceArn }) => [SourceArn],
  states: ({ stateMachineArn }) => [stateMachineArn],
};

export const calledArns = ({ service, operation, input }: PreviewedCall): readonly string[] => {
  const arns = BY_OPERATION[`${service}:${operation}`] ?? BY_SERVICE[service];
  if (arns === undefined) throw new TypeError(`which resources does ${service}:${operation} need?`);
  return arns(Input.parse(input));
};
