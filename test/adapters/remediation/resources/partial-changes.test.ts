/** Changes of several calls of which one fails: nothing happens twice, and what is refused can be tried again. */
import {
  CreateHostedConfigurationVersionCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { CreateTagsCommand, DescribeInstancesCommand, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { aws, changesSent, resetAll } from './clients.ts';
import { ALL_CASES, callOf, planOf, resources } from './tried-actions.ts';

const caseOf = (action: string) => ALL_CASES.find((each) => each.action === action) ?? expect.fail(action);
const failure = (name: string, $fault: 'client' | 'server') =>
  Object.assign(new Error('no'), { name, $fault });
const names = () => changesSent().map(([name]) => name);
const tagged = () =>
  aws.ec2.commandCalls(CreateTagsCommand).map(({ args: [{ input }] }) => input.Tags?.[0]?.Value);

beforeEach(resetAll);

describe('a reboot', () => {
  const reboot = caseOf('reboot-instance');

  it('that EC2 refused leaves no trace, so that another attempt reboots', async () => {
    reboot.answer('before', true);
    aws.ec2.on(RebootInstancesCommand).rejectsOnce(failure('RequestLimitExceeded', 'client')).resolves({});
    const change = planOf(reboot);
    await expect(resources.change(callOf(reboot), change)).rejects.toThrow(DependencyUnavailableError);
    expect(tagged()).toEqual(['restarting by rem-0001', 'restarted by an-earlier-one']);
    await resources.change(callOf(reboot), change);
    expect(tagged().slice(2)).toEqual(['restarting by rem-0001', 'restarted by rem-0001']);
  });

  it('whose answer was lost is not repeated, and does not count as done', async () => {
    reboot.answer('before', true);
    aws.ec2.on(RebootInstancesCommand).rejects(failure('TimeoutError', 'server'));
    const [call, change] = [callOf(reboot), planOf(reboot)];
    await expect(resources.change(call, change)).rejects.toThrow(DependencyUnavailableError);
    expect(tagged()).toEqual(['restarting by rem-0001']);
    resetAll();
    reboot.answer('begun', true);
    await resources.change(call, change);
    expect(names()).toEqual([]);
    const present = await resources.read(call);
    expect(present).toMatchObject({ isBusy: true });
    expect(call.action.isDone(change, present)).toBe(false);
  });
});

describe('a configuration', () => {
  const flag = caseOf('enable-circuit-breaker');
  const [call, change] = [callOf(flag), planOf(flag)];
  const label = () =>
    String(
      aws.appConfig.commandCalls(CreateHostedConfigurationVersionCommand)[0]?.args[0].input.VersionLabel,
    );

  it('of which the version exists already is only deployed', async () => {
    flag.answer('before', true);
    aws.appConfig.on(StartDeploymentCommand).rejectsOnce(failure('InternalServerException', 'server'));
    await expect(resources.change(call, change)).rejects.toThrow(DependencyUnavailableError);
    const VersionLabel = label();
    resetAll();
    flag.answer('before', true);
    aws.appConfig
      .on(ListHostedConfigurationVersionsCommand)
      .resolves({ Items: [{ VersionLabel, VersionNumber: 5 }] });
    await resources.change(call, change);
    expect(names()).toEqual(['StartDeployment']);
    aws.appConfig.on(ListDeploymentsCommand).resolves({
      Items: [
        { DeploymentNumber: 5, State: 'BAKING', ConfigurationVersion: '5' },
        { DeploymentNumber: 3, State: 'COMPLETE', ConfigurationVersion: '2' },
      ],
    });
    await resources.change(call, change);
    expect(names()).toEqual(['StartDeployment']);
  });

  it('whose deployment ends while another attempt looks is not deployed again', async () => {
    flag.answer('before', true);
    await resources.change(call, change);
    const VersionLabel = label();
    resetAll();
    flag.answer('before', true);
    aws.appConfig
      .on(ListHostedConfigurationVersionsCommand)
      .resolves({ Items: [{ VersionLabel, VersionNumber: 5 }] });
    const earlier = { DeploymentNumber: 3, State: 'COMPLETE', ConfigurationVersion: '2' } as const;
    const own = (State: 'BAKING' | 'COMPLETE') => ({
      Items: [{ DeploymentNumber: 5, State, ConfigurationVersion: VersionLabel }, earlier],
    });
    aws.appConfig.on(ListDeploymentsCommand).resolvesOnce(own('BAKING')).resolves(own('COMPLETE'));
    await resources.change(call, change);
    expect(names()).toEqual([]);
  });

  it('that another attempt deploys at the same moment is looked at again', async () => {
    flag.answer('before', true);
    aws.appConfig.on(StartDeploymentCommand).rejects(failure('ConflictException', 'client'));
    await expect(resources.change(call, change)).rejects.toThrow(ConflictError);
  });
});

describe('a redrive', () => {
  it('that was tagged but not started is started', async () => {
    const redrive = caseOf('redrive-dead-letters');
    redrive.answer('before', true);
    aws.sqs
      .on(StartMessageMoveTaskCommand)
      .rejectsOnce(failure('InternalError', 'server'))
      .resolves({ TaskHandle: 'one' });
    const [call, change] = [callOf(redrive), planOf(redrive)];
    await expect(resources.change(call, change)).rejects.toThrow(DependencyUnavailableError);
    await resources.change(call, change);
    expect(names()).toEqual(['TagQueue', 'StartMessageMoveTask', 'TagQueue', 'StartMessageMoveTask']);
  });
});

describe('an instance of another owner among the targets of a command', () => {
  it('stops the whole command', async () => {
    const command = caseOf('restart-process');
    command.answer('before', true);
    const Tags = [{ Key: 'forestall:tenant', Value: 'other' }];
    aws.ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [{ InstanceId: 'i-0123456789abcdef0', Tags }] }],
    });
    await expect(resources.change(callOf(command), planOf(command))).rejects.toThrow('is not tagged');
    expect(names()).toEqual([]);
  });
});
