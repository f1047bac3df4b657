import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { isRefusal, withActionErrors } from '../../../../adapters/remediation/resources/action-failure.ts';
import {
  actionSessions,
  type SessionPurpose,
  sessionClient,
} from '../../../../adapters/remediation/resources/action-session.ts';
import { NotManagedError } from '../../../../core/remediation/errors.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { BreakerOpenError } from '../../../../core/shared/resilience/breaker.ts';

const sts = mockClient(STSClient);
const PURPOSE: SessionPurpose = {
  roleArn: 'arn:aws:iam::123456789012:role/forestall/prod/actions/prod-eu-west-1-scale-out-group-change',
  ...{ owner: { tenantId: 'acme', environment: 'prod' }, remediationId: 'rem:1/2', changes: true },
};
const Expiration = new Date('2026-11-30T10:00:00Z');

beforeEach(() => {
  sts.reset();
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'id', SecretAccessKey: 'secret', SessionToken: 'token', Expiration },
  });
});

describe('a session', () => {
  it('carries tenant and environment as tags, and is named after the remediation', async () => {
    const { settings } = actionSessions(new STSClient({}))(PURPOSE);
    expect(await settings.credentials()).toEqual({
      ...{ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token', expiration: Expiration },
    });
    expect(sts.calls()[0]?.args[0].input).toEqual({
      RoleArn: PURPOSE.roleArn,
      RoleSessionName: 'rem-1-2',
      DurationSeconds: 900,
      Tags: [
        { Key: 'tenant', Value: 'acme' },
        { Key: 'environment', Value: 'prod' },
      ],
    });
  });

  it('is kept for its role, owner and remediation, and shared with nobody else', () => {
    const sessionOf = actionSessions(new STSClient({}));
    const first = sessionOf(PURPOSE);
    expect(sessionOf({ ...PURPOSE })).toBe(first);
    const others: readonly SessionPurpose[] = [
      { ...PURPOSE, owner: { tenantId: 'other', environment: 'prod' } },
      { ...PURPOSE, owner: { tenantId: 'acme', environment: 'dev' } },
      { ...PURPOSE, remediationId: 'rem-2' },
      { ...PURPOSE, roleArn: `${PURPOSE.roleArn}-other` },
    ];
    for (const other of others) expect(sessionOf(other)).not.toBe(first);
    for (let i = 0; i < 50; i++) sessionOf({ ...PURPOSE, remediationId: `rem-${i}` });
    expect(sessionOf(PURPOSE)).not.toBe(first);
  });

  it('that changes something tries once, because a repeat first looks what became of it', () => {
    const sessionOf = actionSessions(new STSClient({}));
    expect(sessionOf(PURPOSE).settings.maxAttempts).toBe(1);
    expect(sessionOf({ ...PURPOSE, changes: false }).settings.maxAttempts).toBeGreaterThan(1);
  });

  it('has one client for each service', () => {
    let made = 0;
    const clientOf = sessionClient(() => ++made);
    const sessionOf = actionSessions(new STSClient({}));
    const other = { ...PURPOSE, remediationId: 'rem-2' };
    const clients = [PURPOSE, PURPOSE, other].map((purpose) => clientOf(sessionOf(purpose)));
    expect(clients).toEqual([1, 1, 2]);
  });

  it('names the role that cannot be assumed', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $fault: 'client' });
    sts.on(AssumeRoleCommand).rejects(denied);
    const { settings } = actionSessions(new STSClient({}))(PURPOSE);
    await expect(settings.credentials()).rejects.toThrow(ConfigurationError);
    await expect(settings.credentials()).rejects.toThrow(/scale-out-group-change.*sts:AssumeRole/);
    sts.on(AssumeRoleCommand).resolves({});
    await expect(settings.credentials()).rejects.toThrow('STS gave no credentials');
  });
});

const failing = (name: string, message = 'refused', fault = 'client') =>
  Object.assign(new Error(message), { name, $fault: fault });
const through = (error: unknown) =>
  withActionErrors({ what: 'scaling', role: 'role/x', permission: 'ecs:UpdateService' }, () =>
    Promise.reject(error),
  );

describe('a failure', () => {
  it.each(['ThrottlingException', 'Throttling', 'RequestLimitExceeded', 'TimeoutError'])(
    '%s asks for a retry',
    (name) => expect(through(failing(name))).rejects.toThrow(DependencyUnavailableError),
  );

  it.each(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])(
    '%s names the role and what it lacks',
    async (name) => {
      await expect(through(failing(name))).rejects.toThrow(/role\/x lacks the permission ecs:UpdateService/);
      const message = 'User: x is not authorized to perform: ecs:DescribeServices on resource: y';
      await expect(through(failing(name, message))).rejects.toThrow(
        /lacks the permission ecs:DescribeServices/,
      );
    },
  );

  it.each([
    ...['ServiceNotFoundException', 'DBInstanceNotFoundFault', 'InvalidInstanceID.NotFound'],
    ...[
      'NoSuchDistribution',
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      'InvalidDocument',
    ],
  ])('%s means that nothing is managed there', (name) =>
    expect(through(failing(name))).rejects.toThrow(NotManagedError),
  );

  it('of another kind passes unchanged', () =>
    expect(through(failing('ValidationError'))).rejects.toThrow('refused'));

  it('is a refusal only if the service said so', async () => {
    const wrapped = await through(failing('ThrottlingException')).catch((error: unknown) => error);
    const lost = await through(failing('InternalFailure', 'lost', 'server')).catch((error: unknown) => error);
    expect([wrapped, lost, new Error('socket hang up')].map(isRefusal)).toEqual([true, false, false]);
    expect(isRefusal(new BreakerOpenError('ec2', 0, 'it failed'))).toBe(true);
  });
});
