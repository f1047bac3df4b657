import { readFileSync } from 'node:fs';

/** Output of `cdk diff` (2.1148.1) for a small shop: table, queue, function, network and buckets, all changed. */
export const SHOP_DIFF = readFileSync(
  new URL('../../../fixtures/changes/cdk-diff-coloured.txt', import.meta.url),
  'utf8',
);

interface Described {
  readonly action?: string;
  readonly type?: string;
  readonly id?: string;
  readonly more?: object;
}

export const resourceChange = ({
  action = 'Modify',
  type = 'SQS::Queue',
  id = 'Jobs',
  more = {},
}: Described) => ({
  Type: 'Resource',
  ResourceChange: { Action: action, LogicalResourceId: id, ResourceType: `AWS::${type}`, ...more },
});

/** A response of DescribeChangeSet. */
export const changeSet = (changes: readonly object[], more: object = {}) => ({
  ...{ StackName: 'Shop', Status: 'CREATE_COMPLETE', Changes: changes },
  ...more,
});

export const setting = (name: string, before?: string, after?: string, more: object = {}) => ({
  Target: { Attribute: 'Properties', Name: name, BeforeValue: before, AfterValue: after, ...more },
  Evaluation: 'Static',
});
