/** The roles of actions: exactly what the catalogue states, for the functions of a stage and nobody else. */
import { describe, expect, it } from 'vitest';
import { INTEGRATIONS } from '../../core/remediation/action.ts';
import { CATALOGUE } from '../../core/remediation/catalogue/catalogue.ts';
import {
  actionRoleTemplate,
  allActions,
  PAGER_SECRET,
  actionRoles as roles,
} from '../harness/action-role-stack.ts';

const text = (value: unknown): string => JSON.stringify(value);
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const variable = (tag: string): string => `$\{aws:PrincipalTag/${tag}}`;
const OWN = {
  'aws:ResourceTag/forestall:tenant': variable('tenant'),
  'aws:ResourceTag/forestall:environment': variable('environment'),
};

describe.each(
  CATALOGUE.flatMap((action) => (['read', 'change'] as const).map((purpose) => [action, purpose] as const)),
)('$id', (action, purpose) => {
  const role = roles.find(({ name }) => name === `${action.id}-${purpose}`);
  const stated = action.permissions[purpose];

  it(`may ${purpose} what its entry states, and nothing else`, () => {
    if (stated.length === 0) return expect(role).toBeUndefined();
    const granted = role?.statements.map(({ Action, Resource, Condition }) => ({
      ...{ actions: Action, resources: Resource, conditions: Condition },
    }));
    expect(granted).toEqual(
      stated.map(({ actions, resources, tagged, conditions = {} }) => ({
        actions,
        resources: resources.map((resource) =>
          resource === INTEGRATIONS
            ? PAGER_SECRET
            : resource.replaceAll('{region}', 'eu-west-1').replaceAll('{account}', '123456789012'),
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
    for (const { name, statements } of roles)
      for (const { Action, Resource } of statements) {
        expect(Action.filter((action) => action.includes('*'))).toEqual([]);
        const reads = Action.every((action) => /:(?:Describe|List|Get)/.test(action));
        if (Resource.includes('*')) expect([name, reads]).toEqual([name, true]);
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
      allActions.findResources('AWS::IAM::ManagedPolicy'),
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
  const none = actionRoleTemplate([]);
  none.resourceCountIs('AWS::IAM::Role', 2);
  none.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  expect(text(none.toJSON())).not.toContain('sts:TagSession');
});

it('an action that the catalogue does not have is refused at synthesis', () => {
  expect(() => actionRoleTemplate(['delete-everything'])).toThrow('"delete-everything" is no action');
});
