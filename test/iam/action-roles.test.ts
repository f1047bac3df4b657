/** What the roles of actions may do, as IAM evaluates it: the calls of their own action, on resources of their owner. */
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from 'vitest';
import type { PreviewedCall } from '../../core/remediation/ports.ts';
import { ALL_CASES, previewOf } from '../adapters/remediation/resources/tried-actions.ts';
import { actionRoleStatements } from '../harness/action-role-stack.ts';
import { calledArns } from './action-calls.ts';

const ACCOUNT = '123456789012';

type Tags = Readonly<Record<string, string>>;
const tags = (tenant: string, environment: string): Tags => ({
  'aws:ResourceTag/forestall:tenant': tenant,
  'aws:ResourceTag/forestall:environment': environment,
});
const OWN = tags('acme', 'prod');

/** What the request of a call carries beside the tags. */
const contextOf = ({ operation }: PreviewedCall): Record<string, string | string[]> => ({
  'aws:PrincipalTag/tenant': 'acme',
  'aws:PrincipalTag/environment': 'prod',
  ...(operation === 'CreateTags' || operation === 'AddTagsToResource'
    ? { 'aws:TagKeys': ['forestall:last-restart'] }
    : {}),
  ...(operation === 'TagQueue' ? { 'aws:TagKeys': ['forestall:last-redrive'] } : {}),
});

const isAllowed = async (
  role: string,
  action: string,
  resource: string,
  context: Record<string, string | string[]>,
): Promise<boolean> => {
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/session`,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: context,
      },
      identityPolicies: [
        { name: 'role', policy: { Version: '2012-10-17', Statement: actionRoleStatements(role) } },
      ],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error')
    throw new TypeError(`${action} on ${resource}: ${JSON.stringify(result)}`);
  return result.overallResult === 'Allowed';
};

/** A call is allowed if it is on each resource that IAM authorises it for. */
const mayCall = async (role: string, call: PreviewedCall, resourceTags: Tags): Promise<boolean> => {
  const context = { ...contextOf(call), ...resourceTags };
  const allowed = await Promise.all(
    calledArns(call).map((arn) => isAllowed(role, `${call.service}:${call.operation}`, arn, context)),
  );
  return allowed.length > 0 && allowed.every(Boolean);
};

const previews = ALL_CASES.map((each) => [each.action, previewOf(each)] as const);

describe.each(previews)('the role that may %s', (action, calls) => {
  it('may make its calls on resources of its tenant and environment', async () => {
    for (const call of calls)
      expect([call, await mayCall(`${action}-change`, call, OWN)]).toEqual([call, true]);
  });

  it.each([
    ['another tenant', tags('other', 'prod')],
    ['another environment', tags('acme', 'dev')],
    ['nobody', {}],
  ])('may not on resources of %s', async (_, resourceTags) => {
    for (const call of calls)
      expect([call, await mayCall(`${action}-change`, call, resourceTags)]).toEqual([call, false]);
  });

  it('may not make the calls of other actions, and who may read it may make none', async () => {
    const own = new Set(calls.map(({ service, operation }) => `${service}:${operation}`));
    const all = previews.flatMap(([, each]) => each);
    for (const call of all) {
      const name = `${call.service}:${call.operation}`;
      if (!own.has(name) && !isStopOf(action, name))
        expect([name, await mayCall(`${action}-change`, call, OWN)]).toEqual([name, false]);
      expect([name, await mayCall(`${action}-read`, call, OWN)]).toEqual([name, false]);
    }
  });
});

/** Removing a limit undoes an action that set the first one. */
const isStopOf = (action: string, name: string): boolean =>
  action.endsWith('-concurrency') && name === 'lambda:DeleteFunctionConcurrency';

it('a role may not write the tags that say whose a resource is', async () => {
  const retag = { 'aws:TagKeys': ['forestall:tenant'], ...OWN };
  const context = { 'aws:PrincipalTag/tenant': 'acme', 'aws:PrincipalTag/environment': 'prod', ...retag };
  const instance = `arn:aws:ec2:eu-west-1:${ACCOUNT}:instance/i-0123456789abcdef0`;
  expect(await isAllowed('reboot-instance-change', 'ec2:CreateTags', instance, context)).toBe(false);
  const database = `arn:aws:rds:eu-west-1:${ACCOUNT}:db:orders`;
  expect(await isAllowed('reboot-database-change', 'rds:AddTagsToResource', database, context)).toBe(false);
  const queue = `arn:aws:sqs:eu-west-1:${ACCOUNT}:dead`;
  expect(await isAllowed('redrive-dead-letters-change', 'sqs:TagQueue', queue, context)).toBe(false);
});

it.each([
  ['roll-back-service-change', 'ecs-tasks.amazonaws.com', 'ssm.amazonaws.com'],
  ['run-automation-change', 'ssm.amazonaws.com', 'lambda.amazonaws.com'],
])('%s may pass roles to %s, not to %s', async (role, allowed, refused) => {
  const arn = `arn:aws:iam::${ACCOUNT}:role/task`;
  const may = (service: string) => isAllowed(role, 'iam:PassRole', arn, { 'iam:PassedToService': service });
  expect(await may(allowed)).toBe(true);
  expect(await may(refused)).toBe(false);
});
