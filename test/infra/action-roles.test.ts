/** The roles of actions: exactly what the catalogue states, for the functions of a stage and nobody else. */
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { INTEGRATIONS } from '../../core/remediation/action.ts';
import { CATALOGUE } from '../../core/remediation/catalogue/catalogue.ts';
import { selectStage } from '../../lib/config/select-stage.ts';
import { ObservedFunction } from '../../lib/platform/observed-function.ts';
import { ActionRoles } from '../../lib/remediation/action-roles.ts';

const bundle = join(import.meta.dirname, '../../lib/platform/placeholder-bundle');
const config = selectStage('prod');
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:pager';

const functionIn = (stack: Stack, id: string, notify: Topic) =>
  new ObservedFunction(stack, id, {
    ...{ entry: id, description: id, config, notify, memoryMb: 256, timeout: Duration.seconds(30) },
    failure: { impact: 'None.', runbook: 'Mails do not arrive (SNS)' },
  });

const templateWith = (actions: readonly string[]): Template => {
  const app = new App({ context: { 'forestall:bundle': bundle } });
  const stack = new Stack(app, 'Sample', { env: { account: '000000000000', region: 'us-east-1' } });
  const notify = new Topic(stack, 'Notify');
  const [reader, changer] = [functionIn(stack, 'Choose', notify), functionIn(stack, 'Execute', notify)];
  new ActionRoles(stack, 'Roles', { config, actions, readers: [reader], changer, integrations: [SECRET] });
  return Template.fromStack(stack);
};

const all = templateWith(CATALOGUE.map(({ id }) => id));
const text = (value: unknown): string => JSON.stringify(value);
const roles = Object.entries(all.findResources('AWS::IAM::Role')).flatMap(([id, { Properties }]) =>
  Properties.RoleName === undefined
    ? []
    : [{ id, properties: Properties, name: String(Properties.RoleName) }],
);
const statementsOf = (roleId: string): readonly Record<string, unknown>[] =>
  Object.values(all.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => text(Properties.Roles).includes(`"${roleId}"`))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const arnOf = (value: unknown): string =>
  typeof value === 'string' ? value : text(value).replace(/^.*"AWS::Partition"\},"(.*)"\]\]\}$/, 'arn:aws$1');

const variable = (tag: string): string => `$\{aws:PrincipalTag/${tag}}`;
const OWN = {
  'aws:ResourceTag/forestall:tenant': variable('tenant'),
  'aws:ResourceTag/forestall:environment': variable('environment'),
};

describe.each(
  CATALOGUE.flatMap((action) => (['read', 'change'] as const).map((purpose) => [action, purpose] as const)),
)('$id', (action, purpose) => {
  const role = roles.find(({ name }) => name === `prod-us-east-1-${action.id}-${purpose}`);
  const stated = action.permissions[purpose];

  it(`may ${purpose} what its entry states, and nothing else`, () => {
    if (stated.length === 0) return expect(role).toBeUndefined();
    const granted = statementsOf(role?.id ?? '').map((one) => ({
      actions: asList(one.Action),
      resources: asList(one.Resource).map(arnOf),
      conditions: one.Condition ?? {},
    }));
    expect(granted).toEqual(
      stated.map(({ actions, resources, tagged, conditions = {} }) => ({
        actions,
        resources: resources.map((resource) =>
          resource === INTEGRATIONS
            ? SECRET
            : resource.replaceAll('{region}', 'us-east-1').replaceAll('{account}', '000000000000'),
        ),
        conditions: {
          ...conditions,
          ...(tagged ? { StringEquals: { ...OWN, ...conditions.StringEquals } } : {}),
        },
      })),
    );
  });

  it('has a name that IAM takes in the region with the longest name', () => {
    expect(`local-ap-northeast-1-${action.id}-${purpose}`.length).toBeLessThanOrEqual(64);
  });
});

describe('all roles', () => {
  it('have no action with a wildcard, and change nothing on "*"', () => {
    expect(roles.length).toBeGreaterThan(60);
    for (const { id, name } of roles)
      for (const { Action, Resource } of statementsOf(id)) {
        expect(asList(Action).filter((action) => String(action).includes('*'))).toEqual([]);
        const reads = asList(Action).every((action) => /:(?:Describe|List|Get)/.test(String(action)));
        if (text(Resource) === '"*"') expect([name, reads]).toEqual([name, true]);
      }
  });

  it('are assumed with the tags of a tenant and environment, by the functions that need them', () => {
    for (const { name, properties } of roles) {
      const trust = text(properties.AssumeRolePolicyDocument);
      const { Statement } = properties.AssumeRolePolicyDocument;
      expect(trust).toMatch(/ExecuteRole/);
      expect([name, /ChooseRole/.test(trust)]).toEqual([name, name.endsWith('-read')]);
      for (const { Condition, Action } of Statement) {
        expect(
          asList(Action).filter((action) => !/^sts:(?:AssumeRole|TagSession)$/.test(String(action))),
        ).toEqual([]);
        expect(Condition).toEqual({
          Null: { 'aws:RequestTag/tenant': 'false', 'aws:RequestTag/environment': 'false' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant', 'environment'] },
        });
      }
    }
  });

  it('have a boundary that allows no more than all entries together, and fits', () => {
    const [[id, { Properties }] = expect.fail('no boundary')] = Object.entries(
      all.findResources('AWS::IAM::ManagedPolicy'),
    );
    for (const { properties } of roles) expect(properties.PermissionsBoundary).toEqual({ Ref: id });
    const used = new Set(
      CATALOGUE.flatMap(({ permissions: { read, change } }) =>
        [...read, ...change].flatMap(({ actions }) => actions),
      ),
    );
    expect(new Set(Properties.PolicyDocument.Statement[0].Action)).toEqual(used);
    expect(text(Properties.PolicyDocument).length).toBeLessThan(6144);
  });
});

it('without actions there are no roles, no boundary and no permission to assume one', () => {
  const none = templateWith([]);
  none.resourceCountIs('AWS::IAM::Role', 2);
  none.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  expect(text(none.toJSON())).not.toContain('sts:TagSession');
});

it('an action that the catalogue does not have is refused at synthesis', () => {
  expect(() => templateWith(['delete-everything'])).toThrow('"delete-everything" is no action');
});
