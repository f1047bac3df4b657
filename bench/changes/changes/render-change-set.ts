import type { Edit, EditedRule, EditedSetting, EditedStatement } from './edit.ts';

const POLICY_ACTIONS = {
  Modify: { Delete: 'ReplaceAndDelete', Retain: 'ReplaceAndRetain', Snapshot: 'ReplaceAndSnapshot' },
  Remove: { Delete: 'Delete', Retain: 'Retain', Snapshot: 'Snapshot' },
} as const;

const asValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const detail = ({ name, before, after, recreates }: EditedSetting) => ({
  Target: {
    Attribute: name === 'Tags' ? 'Tags' : 'Properties',
    ...(name === 'Tags' ? {} : { Name: name, RequiresRecreation: recreates ?? 'Never' }),
    ...(before === undefined ? {} : { BeforeValue: asValue(before) }),
    ...(after === undefined ? {} : { AfterValue: asValue(after) }),
  },
  Evaluation: 'Static',
  ChangeSource: 'DirectModification',
});

/** A statement that never changes, so that policies are never empty. */
const KEPT = { Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: 'arn:aws:logs:*:*:*' };
const statement = ({ actions, resource }: EditedStatement) => ({
  ...{ Effect: 'Allow', Action: actions, Resource: resource },
});
const rule = ({ port, peer }: EditedRule) => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  CidrIp: peer,
});

const version = ({ type, statements, rules }: Edit, isAfter: boolean): string | undefined => {
  if (statements !== undefined) {
    const held = statements.filter(({ given }) => given === isAfter).map(statement);
    const name = type.endsWith('Key') ? 'KeyPolicy' : 'PolicyDocument';
    return JSON.stringify({ Properties: { [name]: { Statement: [KEPT, ...held] } } });
  }
  if (rules === undefined) return undefined;
  const held = rules.filter(({ added }) => added === isAfter).map(rule);
  return JSON.stringify({ Properties: { SecurityGroupIngress: held } });
};

const resourceChange = (edit: Edit) => ({
  Action: edit.action,
  LogicalResourceId: edit.name,
  ...(edit.action === 'Add' ? {} : { PhysicalResourceId: `made-up-${edit.name}` }),
  ResourceType: edit.type,
  ...(edit.action === 'Modify' ? { Replacement: edit.replacement ?? 'False' } : {}),
  ...(edit.action === 'Add' || edit.disposal === undefined
    ? {}
    : { PolicyAction: POLICY_ACTIONS[edit.action][edit.disposal] }),
  Scope: edit.action === 'Modify' ? ['Properties'] : [],
  Details: (edit.settings ?? []).map(detail),
  BeforeContext: version(edit, false),
  AfterContext: version(edit, true),
});

/** A deployment as a response of CloudFormation's DescribeChangeSet with property values. */
export const renderChangeSet = (edits: readonly Edit[]): unknown => ({
  ChangeSetName: 'made-up',
  StackName: 'MadeUp',
  Status: 'CREATE_COMPLETE',
  ExecutionStatus: 'AVAILABLE',
  Changes: edits.map((edit) => ({ Type: 'Resource', ResourceChange: resourceChange(edit) })),
});
