// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cdk diff prints references this way

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCdkDiff } from '../../../../core/changes/risk/formats/cdk-diff.ts';
import { readPlannedChange } from '../../../../core/changes/risk/formats/planned-change.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { SHOP_DIFF } from './change-samples.ts';

const read = (content: unknown) => readCdkDiff(content);
const stackOf = (...lines: string[]): string => ['Stack Shop', ...lines].join('\n');
const resourcesOf = (...lines: string[]) => read(stackOf('Resources', ...lines)).resources;

describe('reading the output of cdk diff', () => {
  const { stacks, resources, grants, rules } = read(SHOP_DIFF);
  const resource = (path: string) => resources.find((each) => each.path === path);

  it('reads every resource of a coloured diff', () => {
    expect(stacks).toEqual(['Shop']);
    expect(resources).toHaveLength(19);
    expect(resource('Orders')).toMatchObject({
      ...{ logicalId: 'OrdersA9B65338', type: 'AWS::DynamoDB::Table', action: 'modify' },
      ...{ replacement: 'always', disposal: 'deleted' },
    });
    expect(resource('Old')).toMatchObject({ action: 'remove', disposal: 'deleted' });
    expect(resource('Kept')).toMatchObject({ action: 'remove', disposal: 'kept' });
    expect(resource('Vpc/IsolatedSubnet1/Subnet')).toMatchObject({ action: 'add' });
  });

  it('reads settings with their values, and which of them replace the resource', () => {
    expect(resource('Handler')?.settings).toEqual([
      { name: 'Code', replacement: 'never', before: 'exports.handler=()=>1', after: 'exports.handler=()=>2' },
      { name: 'MemorySize', replacement: 'never', before: '512', after: '128' },
      { name: 'Runtime', replacement: 'never', before: 'nodejs20.x', after: 'nodejs22.x' },
    ]);
    const [definitions, schema, recovery, deletion] = resource('Orders')?.settings ?? [];
    expect(definitions).toMatchObject({ after: '"AttributeName": "orderId",' });
    expect(schema).toMatchObject({ name: 'KeySchema', replacement: 'always' });
    expect(recovery).toEqual({ name: 'PointInTimeRecoverySpecification', replacement: 'never' });
    expect(deletion).toMatchObject({ before: 'Retain', after: 'Delete' });
    expect(resource('Assets')?.settings).toEqual([
      { name: 'VersioningConfiguration', replacement: 'never', before: '{"Status":"Enabled"}' },
    ]);
  });

  it('reads permissions and network rules from their tables', () => {
    expect(grants.map(({ given, actions }) => [given, actions.length])).toEqual([
      [false, 5],
      [false, 10],
      [false, 2],
      [true, 1],
      [true, 1],
    ]);
    expect(grants[3]).toMatchObject({
      actions: ['*'],
      resources: ['*'],
      effect: 'allow',
      isConditional: false,
    });
    expect(grants[4]?.actions[0]).toContain('AdministratorAccess');
    expect(rules.map(({ added, flow, ports, peer }) => [added, flow, ports, peer])).toEqual([
      [false, 'in', 'TCP 443', '10.0.0.0/8'],
      [true, 'in', 'TCP 22', 'Everyone (IPv4)'],
    ]);
  });

  it('reads several stacks, without those that do not differ', () => {
    const found = read(
      [
        'Stack A (aws://1/eu-west-1)',
        'Parameters',
        '[+] Parameter P P: {"Type":"String"}',
        '',
        'Resources',
        '[+] AWS::SQS::Queue Q',
        'Stack B',
        'There were no differences',
        'Stack C',
        'Resources',
        '[~] AWS::SNS::Topic T T1 may be replaced',
        ' └─ [~] TopicName (may cause replacement)',
      ].join('\r\n'),
    );
    expect(found.stacks).toEqual(['A', 'C']);
    expect(found.resources).toMatchObject([
      { stack: 'A', logicalId: 'Q', action: 'add' },
      {
        stack: 'C',
        path: 'T',
        replacement: 'maybe',
        settings: [{ name: 'TopicName', replacement: 'maybe' }],
      },
    ]);
    expect(found.resources[0]).not.toHaveProperty('path');
    expect(read('✨  Number of stacks with differences: 0').stacks).toEqual([]);
    expect(read('Resources\n[+] AWS::SQS::Queue Q').stacks).toEqual(['(unnamed)']);
  });

  it('reads imports, moves, unknown marks, and the policies of replaced resources', () => {
    const policy = (text: string) => [' └─ [~] UpdateReplacePolicy', '     ├─ [-] x', `     └─ [+] ${text}`];
    const found = resourcesOf(
      'a line before the first resource',
      '[←] AWS::SQS::Queue A A1 import',
      '[-] AWS::SQS::Queue B B1 destroy (OR move to Other.B1 via refactoring)',
      '[?] AWS::SQS::Queue C C1',
      '[~] AWS::DynamoDB::Table D D1 replace',
      ...policy('Retain'),
      '[~] AWS::DynamoDB::Table E E1 replace',
      ...policy('Snapshot'),
      '[~] AWS::DynamoDB::Table F F1 replace',
      ...policy('Delete'),
      '[~] AWS::DynamoDB::Table G G1 replace',
      '[~] AWS::DynamoDB::Table H H1',
      ...policy('Retain'),
    );
    expect(found.map(({ path, action, disposal }) => [path, action, disposal])).toEqual([
      ['A', 'import', 'unstated'],
      ['B', 'remove', 'deleted'],
      ['C', 'unknown', 'unstated'],
      ['D', 'modify', 'kept'],
      ['E', 'modify', 'snapshot'],
      ['F', 'modify', 'deleted'],
      ['G', 'modify', 'unstated'],
      ['H', 'modify', 'unstated'],
    ]);
  });

  it('omits access and rules of removed resources, denials on new resources, and encryption requirements', () => {
    const table = (heading: string, header: string, ...rows: string[]) => [heading, header, ...rows];
    const found = read(
      stackOf(
        ...table(
          'IAM Statement Changes',
          '│   │ Resource │ Effect │ Action │ Principal │ Condition │',
          '│ - │ ${Table.Arn} │ Allow │ dynamodb:Scan │ AWS:${Job/Role} │ │',
          '│ - │ NOT ${Jobs.Arn} │ Deny │ NOT sqs:* │ NOT AWS:x │ "a": "b" │',
          '│ - │ ${Old.Arn} │ Allow │ sts:AssumeRole │ Service:x │ │',
          '│ + │ ${New.Arn} │ Deny │ sqs:SendMessage │ AWS:* │ │',
          '│ + │ * │ Deny │ s3:* │ AWS:* │ "Bool": { │',
          '│   │   │      │      │       │   "aws:SecureTransport": "false" │',
          '│   │   │      │      │       │ } │',
        ),
        ...table(
          'Security Group Changes',
          '│   │ Group │ Dir │ Protocol │ Peer │',
          '│ - │ ${Group.GroupId} │ Out │ Everything │ 10.0.0.0/8 │',
          '│ - │ ${Other.GroupId} │ In │ TCP 1 │ 10.0.0.0/8 │',
        ),
        'Resources',
        '[-] AWS::IAM::Role Job/Role JobRole1 destroy',
        '[-] AWS::SQS::Queue Old Old1 destroy',
        '[+] AWS::SQS::Queue New New1',
        '[-] AWS::EC2::SecurityGroup Group Group1 destroy',
      ),
    );
    expect(found.grants).toEqual([
      {
        ...{ stack: 'Shop', given: false, effect: 'deny', actions: ['*'], resources: ['*'] },
        ...{ principals: ['*'], isConditional: true },
      },
    ]);
    expect(found.rules).toEqual([
      { stack: 'Shop', added: false, flow: 'in', ports: 'TCP 1', peer: '10.0.0.0/8' },
    ]);
  });
});

describe('tables of other versions', () => {
  it('are read as far as their columns are known', () => {
    const table = (heading: string) => [heading, '│   │ New column │', '│ + │ x │'];
    const found = read(
      stackOf(
        ...table('IAM Statement Changes'),
        '│ - │ y │',
        ...table('Security Group Changes'),
        'Resources',
      ),
    );
    expect(found.grants[0]).toMatchObject({
      effect: 'allow',
      actions: [],
      resources: [],
      isConditional: false,
    });
    expect(found.rules).toEqual([{ stack: 'Shop', added: true, flow: 'out', ports: '', peer: '' }]);
    const denial = stackOf('IAM Statement Changes', '│   │ Effect │', '│ + │ Deny │');
    expect(read(denial).grants).toMatchObject([{ effect: 'deny', resources: [] }]);
  });
});

describe('rejecting text that is not a cdk diff', () => {
  it.each([
    ['no text', 7, /found number, expected the output of cdk diff as text/],
    ['an empty file', ' \n', /found no text, expected the output of cdk diff: "Stack NAME"/],
    ['another text', 'diff --git a b', /found "diff --git a b"/],
    [
      'a resource that cannot be read',
      stackOf('Resources', '[~] something'),
      /line 3: found "\[~\] something"/,
    ],
    [
      'a table that cannot be read',
      stackOf('IAM Policy Changes', '│ │ Resource │', '│ │ x │'),
      /line 4: found a row without \+ or -/,
    ],
  ])('%s', (_, content, message) => {
    expect(() => read(content)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(() => read(content)).toThrow(message);
  });

  it('never fails in another way, for any part cut out of a diff', () => {
    fc.assert(
      fc.property(fc.nat(SHOP_DIFF.length), fc.nat(300), (from, length) => {
        const cut = SHOP_DIFF.slice(0, from) + SHOP_DIFF.slice(from + length);
        try {
          expect(read(cut).resources.length).toBeLessThanOrEqual(19);
        } catch (error) {
          expect(error).toMatchObject({ name: 'InvalidInputError' });
        }
      }),
    );
  });
});

describe('a truncated diff', () => {
  it('is rejected at any cut, so that half a diff does not look harmless', () => {
    const end = SHOP_DIFF.indexOf('Number of stacks with differences');
    expect(() => readPlannedChange('cdk-diff', SHOP_DIFF)).not.toThrow();
    for (let cut = 0; cut < end; cut += 97)
      expect(() => readPlannedChange('cdk-diff', SHOP_DIFF.slice(0, cut))).toThrow(InvalidInputError);
  });
});
