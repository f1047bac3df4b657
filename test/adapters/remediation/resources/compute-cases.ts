import {
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstanceStatusCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import {
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { type ActionCase, aws, ID, ownTagMap, ownTags } from './clients.ts';

const group = (desired: number, own: boolean) =>
  aws.autoScaling.on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ['web'] }).resolves({
    AutoScalingGroups: [
      {
        ...{ AutoScalingGroupName: 'web', MinSize: 2, MaxSize: 9, DesiredCapacity: desired },
        ...{ DefaultCooldown: 1, AvailabilityZones: [], HealthCheckType: 'EC2', CreatedTime: new Date(0) },
        Instances: ['InService', 'InService', 'Pending'].map((LifecycleState, i) => ({
          ...{ InstanceId: `i-${i}`, AvailabilityZone: 'a', HealthStatus: 'Healthy' },
          LifecycleState: LifecycleState === 'Pending' ? ('Pending' as const) : ('InService' as const),
          ProtectedFromScaleIn: false,
        })),
        Tags: ownTags(own),
      },
    ],
  });

const scaling = (action: string, parameters: object, to: number): ActionCase => ({
  ...{ action, resource: 'auto-scaling-group:web', parameters: { ...parameters } },
  answer: (phase, own) => group(phase === 'begun' ? to : 5, own),
  state: { desired: 5, min: 2, max: 9, inService: 2 },
  calls: [
    [
      'autoscaling',
      'SetDesiredCapacity',
      { AutoScalingGroupName: 'web', DesiredCapacity: to, HonorCooldown: false },
    ],
  ],
});

const refreshing: ActionCase = {
  ...{ action: 'refresh-group', resource: 'auto-scaling-group:web', parameters: {} },
  answer: (phase, own) => {
    group(5, own);
    const last = { InstanceRefreshId: 'r-1', Status: 'Successful' as const };
    const next = { InstanceRefreshId: 'r-2', Status: 'InProgress' as const };
    aws.autoScaling
      .on(DescribeInstanceRefreshesCommand)
      .resolves({ InstanceRefreshes: phase === 'begun' ? [next] : [last] });
  },
  state: { generation: 'r-1', units: 5, isBusy: false },
  calls: [
    [
      'autoscaling',
      'StartInstanceRefresh',
      {
        ...{ AutoScalingGroupName: 'web', Strategy: 'Rolling' },
        Preferences: { MinHealthyPercentage: 90, SkipMatching: false },
      },
    ],
  ],
};

const INSTANCE = 'i-0123456789abcdef0';
const instance = (state: 'running' | 'stopped' | 'pending', own: boolean, restart?: string) => {
  const Tags = [
    ...ownTags(own),
    ...(restart === undefined ? [] : [{ Key: 'forestall:last-restart', Value: restart }]),
  ];
  aws.ec2.on(DescribeInstancesCommand, { InstanceIds: [INSTANCE] }).resolves({
    Reservations: [{ Instances: [{ InstanceId: INSTANCE, State: { Name: state }, Tags }] }],
  });
  aws.ec2.on(DescribeInstanceStatusCommand).resolves({ InstanceStatuses: [] });
};

const tagInstance = (Value: string) =>
  ['ec2', 'CreateTags', { Resources: [INSTANCE], Tags: [{ Key: 'forestall:last-restart', Value }] }] as const;

const rebooting: ActionCase = {
  ...{ action: 'reboot-instance', resource: `ec2-instance:${INSTANCE}`, parameters: {} },
  answer: (phase, own) =>
    instance('running', own, phase === 'begun' ? `restarting by ${ID}` : 'restarted by an-earlier-one'),
  state: { generation: 'restarted by an-earlier-one', units: 1, isBusy: false },
  calls: [
    tagInstance(`restarting by ${ID}`),
    ['ec2', 'RebootInstances', { InstanceIds: [INSTANCE] }],
    tagInstance(`restarted by ${ID}`),
  ],
};

const starting: ActionCase = {
  ...{ action: 'start-instance', resource: `ec2-instance:${INSTANCE}`, parameters: {} },
  answer: (phase, own) => instance(phase === 'begun' ? 'pending' : 'stopped', own),
  state: { state: 'stopped' },
  calls: [['ec2', 'StartInstances', { InstanceIds: [INSTANCE] }]],
};

const DEFINITIONS = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/checkout:';
const service = (
  { desired = 3, deployment = 'ecs-svc/1', revision = 7, deployments = 1 },
  own: boolean,
): void => {
  aws.ecs
    .on(DescribeServicesCommand, { cluster: 'shop', services: ['checkout'], include: ['TAGS'] })
    .resolves({
      services: [
        {
          ...{ status: 'ACTIVE', desiredCount: desired, runningCount: 3 },
          taskDefinition: `${DEFINITIONS}${revision}`,
          deployments: Array.from({ length: deployments }, (_, i) => ({
            ...{ id: i === 0 ? deployment : 'old', status: i === 0 ? 'PRIMARY' : 'ACTIVE' },
            rolloutState: i === 0 && deployments > 1 ? ('IN_PROGRESS' as const) : ('COMPLETED' as const),
          })),
          tags: ownTags(own).map(({ Key, Value }) => ({ key: Key, value: Value })),
        },
      ],
    });
  aws.ecs
    .on(ListTaskDefinitionsCommand, { familyPrefix: 'checkout', status: 'ACTIVE', sort: 'DESC' })
    .resolves({ taskDefinitionArns: [7, 6, 5].map((each) => `${DEFINITIONS}${each}`) });
};

const SERVICE = { cluster: 'shop', service: 'checkout' };
const onService = (
  action: string,
  rest: Pick<ActionCase, 'parameters' | 'state' | 'deployment'>,
  begun: Parameters<typeof service>[0],
  change: object,
): ActionCase => ({
  ...{ action, resource: 'ecs-service:shop/checkout', ...rest },
  answer: (phase, own) => service(phase === 'begun' ? begun : {}, own),
  calls: [['ecs', 'UpdateService', { ...SERVICE, ...change }]],
});

const TASKS = { desired: 3, min: 0, max: 5000, inService: 3 };
const ecsCases: readonly ActionCase[] = [
  onService(
    'scale-out-service',
    { parameters: { add: 2, max: 10 }, state: TASKS },
    { desired: 5 },
    { desiredCount: 5 },
  ),
  onService(
    'scale-in-service',
    { parameters: { min: 1 }, state: TASKS },
    { desired: 2 },
    { desiredCount: 2 },
  ),
  onService(
    'restart-service',
    { parameters: {}, state: { generation: 'ecs-svc/1', units: 3, isBusy: false } },
    { deployment: 'ecs-svc/2', deployments: 2 },
    { forceNewDeployment: true },
  ),
  onService(
    'roll-back-service',
    {
      parameters: {},
      deployment: { deployed: 'checkout:7', previous: 'checkout:6' },
      state: {
        ...{ version: 'checkout:7', available: ['checkout:7', 'checkout:6', 'checkout:5'] },
        ...{ units: 3, isBusy: false },
      },
    },
    { revision: 6 },
    { taskDefinition: 'checkout:6' },
  ),
];

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:pay';
const alias = (version: string, others: Record<string, number>, own: boolean): void => {
  aws.lambda.on(ListTagsCommand, { Resource: FUNCTION }).resolves({ Tags: ownTagMap(own) });
  aws.lambda.on(GetAliasCommand, { FunctionName: 'pay', Name: 'live' }).resolves({
    ...{ FunctionVersion: version, RoutingConfig: { AdditionalVersionWeights: others } },
  });
  aws.lambda
    .on(ListVersionsByFunctionCommand)
    .resolves({ Versions: ['$LATEST', '7', '8', '9'].map((Version) => ({ Version })) });
};
const updateAlias = (FunctionVersion: string, AdditionalVersionWeights: Record<string, number>) =>
  [
    'lambda',
    'UpdateAlias',
    { FunctionName: 'pay', Name: 'live', FunctionVersion, RoutingConfig: { AdditionalVersionWeights } },
  ] as const;

const concurrency = (reserved: number | undefined, peak: number, own: boolean): void => {
  aws.lambda.on(ListTagsCommand, { Resource: FUNCTION }).resolves({ Tags: ownTagMap(own) });
  aws.lambda
    .on(GetFunctionConcurrencyCommand)
    .resolves(reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved });
  aws.cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [{ Maximum: 3 }, { Maximum: peak }] });
};
const putConcurrency = (ReservedConcurrentExecutions: number) =>
  ['lambda', 'PutFunctionConcurrency', { FunctionName: 'pay', ReservedConcurrentExecutions }] as const;

const lambdaCases: readonly ActionCase[] = [
  {
    ...{ action: 'roll-back-alias', resource: 'lambda-alias:pay/live', parameters: {} },
    deployment: { deployed: '9', previous: '8' },
    answer: (phase, own) => alias(phase === 'begun' ? '8' : '9', {}, own),
    state: { version: '9', available: ['9', '8', '7'], units: 1, isBusy: false },
    calls: [updateAlias('8', {})],
  },
  {
    action: 'shift-alias-traffic',
    resource: 'lambda-alias:pay/live',
    parameters: { from: '9', to: '8' },
    answer: (phase, own) => alias('8', { 9: phase === 'begun' ? 0 : 0.3 }, own),
    state: { weights: { 8: 70, 9: 30 } },
    calls: [updateAlias('8', { 9: 0 })],
  },
  {
    ...{ action: 'limit-concurrency', resource: 'lambda-function:pay', parameters: { min: 5 } },
    answer: (phase, own) => concurrency(phase === 'begun' ? 20 : undefined, 40, own),
    state: { reserved: null, peak: 40 },
    calls: [putConcurrency(20)],
  },
  {
    ...{ action: 'raise-concurrency', resource: 'lambda-function:pay', parameters: { max: 50 } },
    answer: (phase, own) => concurrency(phase === 'begun' ? 40 : 20, 20, own),
    state: { reserved: 20, peak: 20 },
    calls: [putConcurrency(40)],
  },
];

export const COMPUTE_CASES: readonly ActionCase[] = [
  scaling('scale-out-group', { max: 8 }, 6),
  scaling('scale-in-group', { min: 3 }, 4),
  ...[refreshing, rebooting, starting, ...ecsCases, ...lambdaCases],
];
