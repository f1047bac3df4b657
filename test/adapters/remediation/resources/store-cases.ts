import {
  GetDeploymentCommand,
  GetHostedConfigurationVersionCommand,
  ListTagsForResourceCommand as ListAppConfigTags,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
} from '@aws-sdk/client-appconfig';
import {
  GetInvalidationCommand,
  ListTagsForResourceCommand as ListDistributionTags,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import {
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { expect } from 'vitest';
import { type ActionCase, aws, ID, ownTagMap, ownTags } from './clients.ts';

const database = ({ status = 'available', gib = 100, maxGib = 200, restart = '' }, own: boolean): void => {
  const TagList = [
    ...ownTags(own),
    ...(restart === '' ? [] : [{ Key: 'forestall:last-restart', Value: restart }]),
  ];
  const found = { DBInstanceStatus: status, AllocatedStorage: gib, MaxAllocatedStorage: maxGib, TagList };
  aws.rds
    .on(DescribeDBInstancesCommand, { DBInstanceIdentifier: 'orders' })
    .resolves({ DBInstances: [found] });
};
const tagDatabase = (Value: string) =>
  [
    'rds',
    'AddTagsToResource',
    {
      ResourceName: 'arn:aws:rds:eu-west-1:123456789012:db:orders',
      Tags: [{ Key: 'forestall:last-restart', Value }],
    },
  ] as const;
const onDatabase = (
  action: string,
  parameters: Record<string, unknown>,
  begun: Parameters<typeof database>[0],
  rest: Pick<ActionCase, 'state' | 'calls'>,
): ActionCase => ({
  ...{ action, resource: 'rds-instance:orders', parameters, ...rest },
  answer: (phase, own) => database(phase === 'begun' ? begun : {}, own),
});
const modify = (change: object) =>
  ['rds', 'ModifyDBInstance', { DBInstanceIdentifier: 'orders', ...change, ApplyImmediately: true }] as const;

const databaseCases: readonly ActionCase[] = [
  onDatabase(
    'reboot-database',
    {},
    { restart: `restarting by ${ID}` },
    {
      state: { generation: '', units: 1, isBusy: false },
      calls: [
        tagDatabase(`restarting by ${ID}`),
        ['rds', 'RebootDBInstance', { DBInstanceIdentifier: 'orders' }],
        tagDatabase(`restarted by ${ID}`),
      ],
    },
  ),
  onDatabase(
    'grow-storage',
    { maxGib: 500 },
    { gib: 120 },
    {
      state: { gib: 100, isBusy: false },
      calls: [modify({ AllocatedStorage: 120 })],
    },
  ),
  onDatabase(
    'raise-storage-limit',
    { maxGib: 500 },
    { maxGib: 300 },
    {
      state: { maxGib: 200, gib: 100, isBusy: false },
      calls: [modify({ MaxAllocatedStorage: 300 })],
    },
  ),
];

const ELB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:';
const LISTENER = `${ELB}listener/app/edge/0123456789abcdef/fedcba9876543210`;
const [BLUE, GREEN] = ['blue/1111111111111111', 'green/2222222222222222'] as const;
const targetGroups = (blue: number, green: number) => [
  { TargetGroupArn: `${ELB}targetgroup/${BLUE}`, Weight: blue },
  { TargetGroupArn: `${ELB}targetgroup/${GREEN}`, Weight: green },
];
const shifting: ActionCase = {
  action: 'shift-traffic',
  resource: 'load-balancer-listener:app/edge/0123456789abcdef/fedcba9876543210',
  parameters: { from: BLUE, to: GREEN },
  answer: (phase, own) => {
    const TargetGroups = phase === 'begun' ? targetGroups(0, 100) : targetGroups(90, 10);
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    const { loadBalancing } = aws;
    loadBalancing.on(DescribeListenersCommand, { ListenerArns: [LISTENER] }).resolves({
      Listeners: [{ ListenerArn: LISTENER, DefaultActions }],
    });
    loadBalancing.on(DescribeTagsCommand).resolves({ TagDescriptions: [{ Tags: ownTags(own) }] });
    loadBalancing.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [
        { TargetHealth: { State: 'healthy' } },
        { TargetHealth: { State: 'unhealthy' } },
      ],
    });
  },
  state: { weights: { [BLUE]: 90, [GREEN]: 10 }, healthy: { [BLUE]: 1, [GREEN]: 1 } },
  calls: [
    [
      'elasticloadbalancing',
      'ModifyListener',
      {
        ListenerArn: LISTENER,
        DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups: targetGroups(0, 100) } }],
      },
    ],
  ],
};

const DISTRIBUTION = 'E2EXAMPLE1234';
const invalidating: ActionCase = {
  action: 'invalidate-cache',
  resource: `cloudfront-distribution:${DISTRIBUTION}`,
  parameters: { paths: ['/shop/*', '/'] },
  answer: (phase, own) => {
    const reference = phase === 'begun' ? ID : 'an-earlier-one';
    const batch = { CallerReference: reference, Paths: { Quantity: 1 } };
    const summary = { Id: 'I1', CreateTime: new Date(0), Status: 'Completed' };
    const list = { Marker: '', MaxItems: 10, IsTruncated: false, Quantity: 1, Items: [summary] };
    aws.cloudFront.on(ListDistributionTags).resolves({ Tags: { Items: ownTags(own) } });
    aws.cloudFront.on(ListInvalidationsCommand).resolves({ InvalidationList: list });
    aws.cloudFront
      .on(GetInvalidationCommand)
      .resolves({ Invalidation: { ...summary, InvalidationBatch: batch } });
  },
  state: { last: null, isBusy: false },
  calls: [
    [
      'cloudfront',
      'CreateInvalidation',
      {
        DistributionId: DISTRIBUTION,
        InvalidationBatch: { CallerReference: ID, Paths: { Quantity: 2, Items: ['/shop/*', '/'] } },
      },
    ],
  ],
};

const bytes = (value: unknown) => {
  const text = JSON.stringify(value);
  return Object.assign(new TextEncoder().encode(text), { transformToString: () => text });
};
const SETTINGS = { breaker: false, timeoutMs: 800, rate: 100, generation: 3 };
const configuring = (
  action: string,
  parameters: Record<string, unknown>,
  change: Partial<typeof SETTINGS>,
): ActionCase => ({
  ...{ action, resource: 'appconfig-profile:abc1234/def5678/ghi9012', parameters },
  answer: (phase, own) => {
    const { appConfig } = aws;
    appConfig.on(ListAppConfigTags).resolves({ Tags: ownTagMap(own) });
    appConfig.on(ListDeploymentsCommand).resolves({
      Items: [
        { DeploymentNumber: 4, State: 'ROLLED_BACK', ConfigurationVersion: '3' },
        { DeploymentNumber: 3, State: 'COMPLETE', ConfigurationVersion: '2' },
      ],
    });
    appConfig
      .on(GetDeploymentCommand, { DeploymentNumber: 3 })
      .resolves({ ConfigurationProfileId: 'ghi9012', ConfigurationVersion: '2' });
    appConfig
      .on(GetHostedConfigurationVersionCommand, { VersionNumber: 2 })
      .resolves({ Content: bytes(phase === 'begun' ? { ...SETTINGS, ...change } : SETTINGS) });
    appConfig.on(ListHostedConfigurationVersionsCommand).resolves({ Items: [] });
  },
  state: { document: SETTINGS, version: 2, isBusy: false },
  calls: [
    [
      'appconfig',
      'CreateHostedConfigurationVersion',
      expect.objectContaining({
        ...{ ApplicationId: 'abc1234', ConfigurationProfileId: 'ghi9012' },
        Content: JSON.stringify({ ...SETTINGS, ...change }),
        VersionLabel: expect.stringMatching(/^forestall-[0-9a-f]{40}$/),
      }),
    ],
    [
      'appconfig',
      'StartDeployment',
      expect.objectContaining({
        ...{ ApplicationId: 'abc1234', EnvironmentId: 'def5678', ConfigurationProfileId: 'ghi9012' },
        ConfigurationVersion: expect.stringMatching(/^forestall-[0-9a-f]{40}$/),
        DeploymentStrategyId: 'AppConfig.AllAtOnce',
      }),
    ],
  ],
});

export const STORE_CASES: readonly ActionCase[] = [
  ...databaseCases,
  ...[shifting, invalidating],
  configuring('enable-circuit-breaker', { field: 'breaker' }, { breaker: true }),
  configuring('raise-timeout', { field: 'timeoutMs', max: 2000 }, { timeoutMs: 1600 }),
  configuring('raise-rate-limit', { field: 'rate', max: 150 }, { rate: 150 }),
  configuring('lower-rate-limit', { field: 'rate', min: 10 }, { rate: 50 }),
  configuring('clear-cache', { field: 'generation' }, { generation: 4 }),
];
