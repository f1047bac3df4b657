import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const sfn = mockClient(SFNClient);
const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:fleet';
const starter = stepFunctionsStarter({ client: new SFNClient({ region: 'us-east-1' }), stateMachineArn });

beforeEach(() => {
  sfn.reset();
});

describe('starting a workflow', () => {
  it('passes name and input on', async () => {
    sfn.on(StartExecutionCommand).resolves({});
    expect(await starter.start('acme-run', { tenantId: 'acme' })).toBe('started');
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      ...{ stateMachineArn, name: 'acme-run', input: '{"tenantId":"acme"}' },
    });
  });

  it('takes a name that exists for a repeat', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ $metadata: {}, message: 'exists' }));
    expect(await starter.start('acme-run', {})).toBe('already-running');
  });

  it('asks for a retry when throttled and passes on what a retry cannot help', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(starter.start('n', {})).rejects.toThrow(DependencyUnavailableError);
    sfn
      .on(StartExecutionCommand)
      .rejects(Object.assign(new Error('gone'), { name: 'StateMachineDoesNotExist' }));
    await expect(starter.start('n', {})).rejects.toThrow('gone');
  });
});
