import { describe, expect, it } from 'vitest';
import { ChangeFeatures, featuresOf } from '../../../../core/changes/risk/engine/change-features.ts';
import { findingsOf } from '../../../../core/changes/risk/engine/change-findings.ts';
import { FEATURE_NAMES } from '../../../../core/changes/risk/engine/feature-catalogue.ts';
import type {
  PlannedGrant,
  PlannedResource,
  PlannedRule,
} from '../../../../core/changes/risk/engine/planned-resource.ts';
import {
  type PlannedChange,
  readPlannedChange,
} from '../../../../core/changes/risk/formats/planned-change.ts';
import { SHOP_DIFF } from './change-samples.ts';

const resource = (type: string, more: Partial<PlannedResource> = {}): PlannedResource => ({
  ...{ stack: 'Shop', logicalId: 'It', type: `AWS::${type}`, action: 'modify', replacement: 'never' },
  ...{ disposal: 'unstated', settings: [] },
  ...more,
});
const grant = (more: Partial<PlannedGrant>): PlannedGrant => ({
  ...{
    stack: 'Shop',
    given: true,
    effect: 'allow',
    actions: ['s3:GetObject'],
    resources: ['a'],
    principals: [],
  },
  ...{ isConditional: false, ...more },
});
const rule = (more: Partial<PlannedRule>): PlannedRule => ({
  ...{ stack: 'Shop', added: true, flow: 'in', ports: 'TCP 443', peer: '10.0.0.0/8', ...more },
});
const change = (more: Partial<PlannedChange>): PlannedChange => ({
  ...{ stacks: ['Shop'], resources: [], grants: [], rules: [], ...more },
});
const of = (...resources: PlannedResource[]) => featuresOf(change({ resources }));
const setting = (name: string, before?: string, after?: string) => ({
  ...{ name, replacement: 'never' as const },
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});
const withSetting = (...values: Parameters<typeof setting>) =>
  of(resource('RDS::DBInstance', { settings: [setting(...values)] }));

describe('features of data', () => {
  it('distinguishes data that is lost, retained, or possibly lost', () => {
    const table = (more: Partial<PlannedResource>) => of(resource('DynamoDB::Table', more));
    expect(table({ action: 'remove', disposal: 'deleted' }).dataDestroyed).toBe(1);
    expect(table({ replacement: 'always' }).dataDestroyed).toBe(1);
    expect(table({ action: 'remove', disposal: 'kept' })).toEqual({ dataDetached: 1, resources: 1 });
    expect(table({ replacement: 'always', disposal: 'snapshot' })).toEqual({ dataDetached: 1, resources: 1 });
    expect(table({ replacement: 'maybe' })).toEqual({ dataMayBeReplaced: 1, resources: 1 });
    expect(table({})).toEqual({ dataReconfigured: 1, resources: 1 });
    expect(of(resource('KMS::Key', { action: 'remove' }))).toEqual({
      dataDestroyed: 1,
      keysChanged: 1,
      resources: 1,
    });
  });

  it('ignores labels and bookkeeping resources of tools', () => {
    expect(of(resource('DynamoDB::Table', { settings: [setting('Tags', 'a', 'b')] }))).toEqual({});
    expect(of(resource('CDK::Metadata', { settings: [setting('Analytics', 'a', 'b')] }))).toEqual({});
    expect(featuresOf(change({}))).toEqual({});
  });
});

describe('features of other resources', () => {
  it.each([
    ['Lambda::Function', { action: 'remove' }, { removed: 1 }],
    ['Lambda::Function', { replacement: 'always' }, { replaced: 1 }],
    ['Lambda::Function', { replacement: 'maybe' }, { mayBeReplaced: 1 }],
    ['Lambda::Function', { action: 'unknown' }, { unclear: 1 }],
    ['Lambda::Version', { action: 'remove' }, { onlyCode: 1 }],
    ['Lambda::EventSourceMapping', { action: 'remove' }, { triggersRemoved: 1 }],
    ['Lambda::Permission', { replacement: 'always' }, { triggersRemoved: 1 }],
    ['CloudWatch::Alarm', { action: 'remove' }, { alarmsRemoved: 1 }],
    ['IAM::Role', {}, { accessChanged: 1 }],
    ['S3::BucketPolicy', { action: 'remove' }, { accessChanged: 1 }],
    ['Route53::RecordSet', {}, { routingChanged: 1 }],
    ['SecretsManager::Secret', {}, { keysChanged: 1 }],
    ['ApiGateway::Method', { action: 'remove' }, { interfaceChanged: 1 }],
    ['EC2::SecurityGroup', {}, { networkClosed: 1 }],
    ['EC2::SecurityGroup', { action: 'remove' }, {}],
    ['EC2::SecurityGroupIngress', { action: 'remove' }, { networkClosed: 1 }],
    ['SQS::Queue', { action: 'add' }, { onlyAdditions: 1 }],
    ['SQS::Queue', { action: 'import' }, {}],
  ] as const)('%s, %o', (type, more, features) => {
    expect(of(resource(type, more))).toEqual({ ...features, resources: 1 });
  });

  it('counts stacks beyond the first, and names the findings of each feature', () => {
    const both = [
      resource('SQS::Queue'),
      resource('Route53::RecordSet', { stack: 'Dns', path: 'Zone/Record' }),
    ];
    expect(of(...both)).toMatchObject({ resources: 2, furtherStacks: 1 });
    expect(findingsOf(change({ resources: both }))).toMatchObject({
      ...{ routingChanged: ['Zone/Record (Route53::RecordSet)'], dataReconfigured: ['It (SQS::Queue)'] },
      ...{ furtherStacks: ['Shop'] },
    });
  });
});

describe('features of settings', () => {
  it.each([
    ['DeletionPolicy', 'Retain', 'Delete'],
    ['UpdateReplacePolicy', 'Snapshot', undefined],
    ['DeletionProtection', 'true', 'false'],
    ['DeletionProtection', undefined, undefined],
    ['PointInTimeRecoverySpecification', '{"PointInTimeRecoveryEnabled":true}', undefined],
    ['BackupRetentionPeriod', '30', '1'],
    ['VersioningConfiguration', '{"Status":"Enabled"}', '{"Status":"Suspended"}'],
  ])('%s from %s to %s weakens a protection', (name, before, after) => {
    expect(withSetting(name, before, after).protectionWeakened).toBe(1);
  });

  it.each([
    ['DeletionPolicy', 'Delete', 'Retain'],
    ['DeletionProtection', 'false', 'true'],
    ['BackupRetentionPeriod', '1', '30'],
    ['BackupRetentionPeriod', undefined, undefined],
    ['VersioningConfiguration', undefined, '{"Status":"Enabled"}'],
    ['MasterUsername', 'a', 'b'],
  ])('%s from %s to %s weakens none', (name, before, after) => {
    expect(withSetting(name, before, after)).toEqual({ dataReconfigured: 1, resources: 1 });
  });

  it('distinguishes lowered from raised capacity, in one number or several', () => {
    expect(withSetting('AllocatedStorage', '200', '100').capacityReduced).toBe(1);
    expect(
      withSetting('ProvisionedThroughput', '{"Read":5,"Write":5}', '{"Read":9,"Write":4}').capacityReduced,
    ).toBe(1);
    expect(withSetting('AllocatedStorage', '100', '200')).not.toHaveProperty('capacityReduced');
    expect(withSetting('Iops', '100')).not.toHaveProperty('capacityReduced');
  });

  it('finds changed platforms, except in editions', () => {
    expect(withSetting('EngineVersion', '13', '16').platformChanged).toBe(1);
    expect(of(resource('ECS::TaskDefinition', { settings: [setting('Family')] }))).toEqual({
      onlyCode: 1,
      resources: 1,
    });
  });

  it('reports that only code changes, unless access changes too', () => {
    const code = resource('Lambda::Function', { settings: [setting('Code', 'a', 'b'), setting('Metadata')] });
    expect(of(code)).toEqual({ onlyCode: 1, resources: 1 });
    expect(featuresOf(change({ resources: [code], grants: [grant({})] }))).toEqual({ resources: 1 });
    expect(of(resource('Lambda::Function'))).toEqual({ resources: 1 });
  });
});

describe('features of access', () => {
  const access = (...grants: PlannedGrant[]) => featuresOf(change({ grants }));

  it.each([
    ['every action', { actions: ['*'] }],
    ['every action of a service', { actions: ['s3:*'] }],
    ['a broad managed policy', { actions: ['arn:aws:iam::aws:policy/AdministratorAccess'], resources: [] }],
    ['writing anywhere', { actions: ['s3:PutObject'], resources: ['*'] }],
    ['everyone', { principals: ['AWS:*'] }],
  ])('%s is wide', (_, more) => expect(access(grant(more))).toEqual({ accessWidened: 1 }));

  it.each([
    ['one action on one thing', {}],
    [
      'reading descriptions anywhere',
      { actions: ['ec2:DescribeInstances', 'xray:PutTraceSegments'], resources: ['*'] },
    ],
    ['everyone under a condition', { principals: ['*'], isConditional: true }],
  ])('%s is not', (_, more) => expect(access(grant(more))).toEqual({}));

  it('counts removed access, but not access that moved, grew or lost a condition', () => {
    const taken = grant({ given: false, isConditional: true });
    expect(access(taken)).toEqual({ accessRemoved: 1 });
    expect(access(taken, grant({ actions: ['s3:Get*'], resources: ['a', 'b'] }))).toEqual({});
    expect(access(taken, grant({ resources: ['b'] }))).toEqual({ accessRemoved: 1 });
    expect(access(grant({ given: false }), grant({ isConditional: true }))).toEqual({ accessRemoved: 1 });
    expect(access(grant({ given: false, actions: ['*'] }), grant({ actions: ['*'] }))).toEqual({});
  });

  it('treats a new denial as a loss and a removed one as a gain', () => {
    expect(access(grant({ effect: 'deny' }))).toEqual({ accessRemoved: 1 });
    expect(access(grant({ effect: 'deny', given: false }))).toEqual({ accessWidened: 1 });
  });
});

describe('features of the network', () => {
  const network = (...rules: PlannedRule[]) => featuresOf(change({ rules }));

  it('counts rules that open to every address, and removed rules', () => {
    expect(network(rule({ peer: '0.0.0.0/0' }), rule({ peer: 'Everyone (IPv6)' }))).toEqual({
      networkOpened: 2,
    });
    expect(network(rule({ peer: '0.0.0.0/0', flow: 'out' }), rule({}))).toEqual({});
    expect(network(rule({ added: false }))).toEqual({ networkClosed: 1 });
    expect(network(rule({ added: false }), rule({ peer: '0.0.0.0/0' }))).toEqual({ networkOpened: 1 });
    expect(network(rule({ added: false, peer: '::/0' }), rule({ peer: '::/0' }))).toEqual({});
    const out = rule({ added: false, flow: 'out' });
    expect(findingsOf(change({ rules: [out] })).networkClosed).toEqual(['TCP 443 out to 10.0.0.0/8']);
  });
});

describe('features as a whole', () => {
  it('include the known circumstances', () => {
    const context = {
      openIncidents: 2,
      recentIncidents: 1,
      recentFailures: 0,
      recentDeploys: 3,
      isOutsideHours: true,
    };
    expect(featuresOf(change({}), context)).toEqual({
      ...{ openIncidents: 2, recentIncidents: 1, recentDeploys: 3, outsideHours: 1 },
    });
  });

  it('can be stored, are all in the catalogue, and name their findings', () => {
    const shop = readPlannedChange('cdk-diff', SHOP_DIFF);
    const features = featuresOf(shop);
    expect(ChangeFeatures.parse(features)).toEqual(features);
    expect(Object.keys(features).filter((name) => !FEATURE_NAMES.some((known) => known === name))).toEqual(
      [],
    );
    const found = findingsOf(shop);
    expect(found.dataDestroyed).toEqual(['Old (S3::Bucket)', 'Orders (DynamoDB::Table)']);
    expect(found.accessWidened?.[0]).toMatch(/^allow \* on \* to AWS:/);
    expect(found.networkOpened).toEqual(['TCP 22 in from Everyone (IPv4)']);
    expect(found.capacityReduced).toEqual(['MemorySize of Handler (Lambda::Function)']);
  });

  it('shorten long statements', () => {
    const long = grant({
      given: false,
      actions: ['s3:A', 's3:B', 's3:C', 's3:D'],
      resources: [],
      principals: ['x'],
    });
    expect(findingsOf(change({ grants: [long] })).accessRemoved).toEqual(['allow s3:A, s3:B, s3:C +1 to x']);
  });
});
