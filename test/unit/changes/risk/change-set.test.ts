import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../core/changes/risk/engine/change-findings.ts';
import { readPlannedChange } from '../../../../core/changes/risk/formats/planned-change.ts';
import { changeSet, resourceChange, setting } from './change-samples.ts';

const read = (content: unknown) => readPlannedChange('cloudformation-change-set', content);
const readOne = (described: Parameters<typeof resourceChange>[0]) =>
  read(changeSet([resourceChange(described)])).resources[0];

describe('reading a change set', () => {
  it('reads what happens to each resource', () => {
    const found = [
      resourceChange({ action: 'Add', id: 'A' }),
      resourceChange({ action: 'Remove', id: 'B', more: { PolicyAction: 'Retain' } }),
      resourceChange({ id: 'C', more: { Replacement: 'True', PolicyAction: 'ReplaceAndSnapshot' } }),
      resourceChange({ id: 'D', more: { Replacement: 'Conditional', PolicyAction: 'ReplaceAndDelete' } }),
      resourceChange({ action: 'Import', id: 'E' }),
      resourceChange({ action: 'Dynamic', id: 'F' }),
    ];
    const { resources, stacks } = read(changeSet(found));
    expect(stacks).toEqual(['Shop']);
    expect(resources.map((each) => [each.action, each.replacement, each.disposal])).toEqual([
      ['add', 'never', 'unstated'],
      ['remove', 'never', 'kept'],
      ['modify', 'always', 'snapshot'],
      ['modify', 'maybe', 'deleted'],
      ['import', 'never', 'unstated'],
      ['unknown', 'never', 'unstated'],
    ]);
  });

  it('merges the details of one setting: all values, and the strongest replacement', () => {
    const details = [
      setting('KeySchema', 'a', 'b', { RequiresRecreation: 'Conditionally' }),
      setting('KeySchema', 'a', 'c', { RequiresRecreation: 'Always' }),
      setting('KeySchema', 'a', 'a', { RequiresRecreation: 'Never' }),
      { ...setting('Name', undefined, undefined, { RequiresRecreation: 'Always' }), Evaluation: 'Dynamic' },
      { Target: { Attribute: 'DeletionPolicy', BeforeValue: 'Retain', AfterValue: 'Delete' } },
      { Target: null },
      {},
    ];
    expect(readOne({ more: { Details: details } })?.settings).toEqual([
      { name: 'KeySchema', replacement: 'always', before: 'a', after: 'b\nc\na' },
      { name: 'Name', replacement: 'maybe' },
      { name: 'DeletionPolicy', replacement: 'never', before: 'Retain', after: 'Delete' },
    ]);
  });

  it('combines pages and nested stacks, and leaves the content of a nested stack to its own change set', () => {
    const nested = resourceChange({ type: 'CloudFormation::Stack', id: 'Inner' });
    const gone = resourceChange({ type: 'CloudFormation::Stack', id: 'Old', action: 'Remove' });
    const found = read([
      changeSet([resourceChange({ id: 'A' })], { NextToken: 'more' }),
      changeSet([resourceChange({ id: 'B' }), nested, gone]),
      changeSet([resourceChange({ id: 'C' })], { StackName: 'Inner' }),
      changeSet([], { StackName: 'Same' }),
    ]);
    expect(found.stacks).toEqual(['Inner', 'Shop']);
    expect(found.resources.map(({ logicalId }) => logicalId)).toEqual(['A', 'B', 'Old', 'C']);
  });

  it('reads a change set without changes', () => {
    const reason = "The submitted information didn't contain changes. Submit different information.";
    expect(read(changeSet([], { Status: 'FAILED', StatusReason: reason })).resources).toEqual([]);
    expect(read(changeSet([{ Type: 'Hook' }])).stacks).toEqual([]);
  });

  it.each([
    ['nothing', undefined, /not a response of DescribeChangeSet/],
    ['an empty array', [], /found an empty array, expected at least one response/],
    ['another document', { Stacks: [] }, /StackName/],
    ['a bad page among good ones', [changeSet([]), {}], /^change set 2 of 2/],
    [
      'a failed change set',
      changeSet([], { Status: 'FAILED', StatusReason: 'no access' }),
      /status FAILED \(no access\)/,
    ],
    ['one that failed without a reason', changeSet([], { Status: 'FAILED' }), /FAILED \(no reason given\)/],
    [
      'the first of several pages',
      changeSet([], { NextToken: 'more' }),
      /found a NextToken without the next page/,
    ],
  ])('rejects %s', (_, content, message) => {
    expect(() => read(content)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(() => read(content)).toThrow(message);
  });
});

const policyOf = (...statements: object[]): string =>
  JSON.stringify({ Properties: { PolicyDocument: { Statement: statements } } });

describe('permissions of a change set', () => {
  const reading = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::files/*' };
  const policy = (before: string | undefined, after: string | undefined, action = 'Modify') =>
    resourceChange({
      ...{ action, type: 'IAM::Policy', id: 'P' },
      more: { BeforeContext: before, AfterContext: after },
    });
  const grants = (...changes: object[]) => read(changeSet(changes)).grants;

  it('finds added and removed statements', () => {
    const open = { Effect: 'Deny', NotAction: ['iam:*'], NotResource: 'x', NotPrincipal: '*', Condition: {} };
    expect(grants(policy(policyOf(reading), policyOf(open)))).toEqual([
      {
        ...{
          stack: 'Shop',
          given: true,
          effect: 'deny',
          actions: ['*'],
          resources: ['*'],
          principals: ['*'],
        },
        isConditional: true,
      },
      {
        ...{ stack: 'Shop', given: false, effect: 'allow', actions: ['s3:GetObject'] },
        ...{ resources: ['arn:aws:s3:::files/*'], principals: [], isConditional: false },
      },
    ]);
    expect(grants(policy(policyOf(reading), policyOf(reading)))).toEqual([]);
  });

  it('reads principals in all their forms, references as their JSON, and managed policies', () => {
    const shared = (Principal: unknown) => ({
      Effect: 'Allow',
      Action: 'sqs:*',
      Resource: { Ref: 'Q' },
      Principal,
    });
    const after = policyOf(shared('*'), shared({ AWS: ['a', 'b'], Service: { Ref: 'S' } }));
    expect(grants(policy(undefined, after)).map(({ principals }) => principals)).toEqual([
      ['*'],
      ['AWS:a', 'AWS:b', 'Service:{"Ref":"S"}'],
    ]);
    expect(grants(policy(undefined, after))[0]?.resources).toEqual(['{"Ref":"Q"}']);
    const managed = JSON.stringify({
      Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
    });
    expect(grants(policy(undefined, managed))[0]?.actions).toEqual([
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ]);
  });

  it('does not treat an encryption requirement as a denial', () => {
    const denial = (Condition: object) => ({ Effect: 'Deny', Action: '*', Resource: '*', Condition });
    const encrypted = denial({ Bool: { 'aws:SecureTransport': 'false' } });
    const local = denial({ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } });
    expect(grants(policy(undefined, policyOf(encrypted)))).toEqual([]);
    expect(grants(policy(undefined, policyOf(local)))).toHaveLength(1);
  });

  it('counts the permissions of a removed policy, unless its role is removed too', () => {
    const gone = policy(policyOf(reading), undefined, 'Remove');
    const role = resourceChange({
      action: 'Remove',
      type: 'IAM::Role',
      id: 'R',
      more: { BeforeContext: policyOf(reading) },
    });
    expect(grants(gone)).toHaveLength(1);
    expect(grants(gone, role)).toEqual([]);
  });

  it('treats unreadable versions, and versions that are not policies, as unknown', () => {
    expect(grants(policy('{"Properties": {"Poli', '[1]'))).toEqual([]);
    expect(grants(policy('{}', policyOf({ ManagedRuleGroupStatement: {} })))).toEqual([]);
  });
});

describe('network rules of a change set', () => {
  const group = (before: object | undefined, after: object | undefined, described: object = {}) =>
    resourceChange({
      ...{ type: 'EC2::SecurityGroup', id: 'G', ...described },
      more: {
        BeforeContext: before && JSON.stringify({ Properties: before }),
        AfterContext: after && JSON.stringify({ Properties: after }),
      },
    });
  const rules = (...changes: object[]) =>
    read(changeSet(changes)).rules.map(({ added, flow, ports, peer }) => [added, flow, ports, peer]);

  it('finds rules inside a group and separate rules', () => {
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/8' };
    const anything = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };
    expect(rules(group({ SecurityGroupIngress: [https] }, { SecurityGroupEgress: [anything] }))).toEqual([
      [false, 'in', 'TCP 443', '10.0.0.0/8'],
      [true, 'out', 'Everything', '0.0.0.0/0'],
    ]);
    const range = { IpProtocol: 'udp', FromPort: 1, ToPort: 9, SourceSecurityGroupId: { Ref: 'Other' } };
    expect(rules(group(range, undefined, { type: 'EC2::SecurityGroupIngress', action: 'Remove' }))).toEqual([
      [false, 'in', 'UDP 1-9', '{"Ref":"Other"}'],
    ]);
    expect(
      rules(group(undefined, { IpProtocol: 'icmp' }, { type: 'EC2::SecurityGroupEgress', action: 'Add' })),
    ).toEqual([[true, 'out', 'ICMP', 'unknown']]);
  });

  it('does not count the rules of a removed group', () => {
    expect(
      rules(group({ SecurityGroupIngress: [{ CidrIp: '::/0' }] }, undefined, { action: 'Remove' })),
    ).toEqual([]);
  });
});

const fixture = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/changes/${file}`, import.meta.url), 'utf8'));

describe('a list of changes without their stack', () => {
  const bucket = { logicalId: 'MyS3Bucket', type: 'AWS::S3::Bucket', stack: '(unnamed)' };

  it('is read in the camel case of the console', () => {
    expect(read(fixture('change-set-console.json')).resources).toEqual([
      {
        ...bucket,
        ...{ action: 'modify', replacement: 'always', disposal: 'unstated' },
        settings: [{ name: 'BucketName', replacement: 'always' }],
      },
    ]);
  });

  it('is read in the case of the API, as `--query Changes` prints it', () => {
    const found = read([resourceChange({ id: 'A' }), { Type: 'Hook' }, resourceChange({ id: 'B' })]);
    expect(found.stacks).toEqual(['(unnamed)']);
    expect(found.resources.map(({ logicalId }) => logicalId)).toEqual(['A', 'B']);
  });

  it('whole responses are read in camel case as well', () => {
    const changes = fixture('change-set-console.json');
    expect(read({ stackName: 'Shop', changes })).toMatchObject({
      stacks: ['Shop'],
      resources: [{ ...bucket, stack: 'Shop' }],
    });
    const failed = { stackName: 'Shop', status: 'FAILED', statusReason: 'no', changes };
    expect(() => read(failed)).toThrow(/found status FAILED \(no\)/);
  });

  it('is rejected with the path of the field that does not match', () => {
    expect(() => read([{ resourceChange: { action: 'Modify' } }])).toThrow(
      /Changes\.0\.ResourceChange\.LogicalResourceId/,
    );
  });

  it('differs from another document, whose fields the message names', () => {
    expect(() => read({ Id: 'arn', StackId: 'arn' })).toThrow(
      'found the fields Id, StackId, expected StackName and Changes, as `aws cloudformation describe-change-set` prints them',
    );
    expect(() => read({})).toThrow('found an empty object');
  });
});

describe('a replacement because of a value that is known after apply', () => {
  const cause = (evaluation: string, after: string) => ({
    ...setting('SubnetId', 'subnet-1', after, { RequiresRecreation: 'Always' }),
    Evaluation: evaluation,
  });
  const replacementFor = (...Details: object[]) =>
    read(changeSet([resourceChange({ more: { Replacement: 'True', Details } })])).resources[0]?.replacement;
  const later = '{{changeSet:KNOWN_AFTER_APPLY}}';

  it('is possible, and said so of the resource', () => {
    const change = read(fixture('change-set-known-after-apply.json'));
    expect(change.resources).toMatchObject([{ logicalId: 'NAT_GW', replacement: 'maybe' }]);
    expect(findingsOf(change).routingChanged).toEqual(['NAT_GW (EC2::NatGateway): may be replaced']);
  });

  it('is certain if another setting requires it, or the value is known', () => {
    expect(replacementFor(cause('Dynamic', later))).toBe('maybe');
    expect(replacementFor(cause('Dynamic', later), cause('Static', 'subnet-2'))).toBe('always');
    expect(replacementFor(cause('Dynamic', 'subnet-2'))).toBe('always');
    expect(replacementFor()).toBe('always');
  });
});

describe('resources whose feature does not state what happens to them', () => {
  it.each([
    ['EC2::NatGateway', 'routingChanged'],
    ['KMS::Key', 'keysChanged'],
    ['IAM::Role', 'accessChanged'],
  ] as const)('%s: the name says so', (type, feature) => {
    const change = read(
      changeSet([
        resourceChange({ type, id: 'Same' }),
        resourceChange({ type, id: 'Gone', action: 'Remove' }),
        resourceChange({ type, id: 'New', more: { Replacement: 'True' } }),
        resourceChange({ type, id: 'Maybe', more: { Replacement: 'Conditional' } }),
      ]),
    );
    expect(findingsOf(change)[feature]).toEqual([
      `Same (${type})`,
      `Gone (${type}): removed`,
      `New (${type}): replaced`,
      `Maybe (${type}): may be replaced`,
    ]);
  });
});
