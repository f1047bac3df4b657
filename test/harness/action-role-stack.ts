/** The roles of all actions of the catalogue, in a stack of their own. */
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CATALOGUE } from '../../core/remediation/catalogue/catalogue.ts';
import { selectStage } from '../../lib/config/select-stage.ts';
import { ObservedFunction } from '../../lib/platform/observed-function.ts';
import { ActionRoles } from '../../lib/remediation/action-roles.ts';

const bundle = join(import.meta.dirname, '../../lib/platform/placeholder-bundle');
const config = selectStage('prod');
const env = { account: '123456789012', region: 'eu-west-1' };
/** Of the integration that the stack has. */
export const PAGER_SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:pager';

const functionIn = (stack: Stack, id: string, notify: Topic) =>
  new ObservedFunction(stack, id, {
    ...{ entry: id, description: id, config, notify, memoryMb: 256, timeout: Duration.seconds(30) },
    failure: { impact: 'None.', runbook: 'Mails do not arrive (SNS)' },
  });

/** A function that reads, one that changes, and the roles of these actions. */
export const actionRoleTemplate = (actions: readonly string[]): Template => {
  const stack = new Stack(new App({ context: { 'forestall:bundle': bundle } }), 'Sample', { env });
  const notify = new Topic(stack, 'Notify');
  const [reader, changer] = [functionIn(stack, 'Choose', notify), functionIn(stack, 'Execute', notify)];
  const integrations = [PAGER_SECRET];
  new ActionRoles(stack, 'Roles', { config, actions, readers: [reader], changer, integrations });
  return Template.fromStack(stack);
};

export interface ActionRole {
  readonly id: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are read by path, and a wrong path fails the assertion
  readonly properties: any;
  readonly statements: readonly RoleStatement[];
}

export interface RoleStatement {
  readonly Effect: string;
  readonly Action: string[];
  readonly Resource: string[];
  readonly Condition: Record<string, Record<string, string | string[]>>;
}

export const allActions: Template = actionRoleTemplate(CATALOGUE.map(({ id }) => id));

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
/** The partition is the only reference in ARNs of a stack with account and region. */
const arnOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : JSON.stringify(value).replace(/^.*"AWS::Partition"\},"(.*)"\]\]\}$/, 'arn:aws$1');

const statementsOf = (roleId: string): readonly RoleStatement[] =>
  Object.values(allActions.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${roleId}"`))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map(({ Effect, Action, Resource, Condition = {} }) => ({
      ...{ Effect, Action: asList(Action).map(String), Resource: asList(Resource).map(arnOf), Condition },
    }));

export const actionRoles: readonly ActionRole[] = Object.entries(
  allActions.findResources('AWS::IAM::Role'),
).flatMap(([id, { Properties: properties }]) =>
  properties.RoleName === undefined
    ? []
    : [
        {
          ...{ id, properties, statements: statementsOf(id) },
          name: String(properties.RoleName).replace('prod-eu-west-1-', ''),
        },
      ],
);

/** Of `<action>-read` or `<action>-change`; none if there is no such role. */
export const actionRoleStatements = (name: string): readonly RoleStatement[] =>
  actionRoles.find((role) => role.name === name)?.statements ?? [];
