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
  it('passes on name and input', async () => {
    sfn.on(StartExecutionCommand).resolves({});
    expect(await starter.start('acme-run', { tenantId: 'acme' })).toBe('started');
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      ...{ stateMachineArn, name: 'acme-run', input: '{"tenantId":"acme"}' },
    });
  });

  it('treats an existing name as a repeat', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ $metadata: {}, message: 'exists' }));
    expect(await starter.start('acme-run', {})).toBe('already-running');
  });

  it('is retriable if throttled, and passes on permanent errors', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(starter.start('n', {})).rejects.toThrow(DependencyUnavailableError);
    sfn
      .on(StartExecutionCommand)
      .rejects(Object.assign(new Error('gone'), { name: 'StateMachineDoesNotExist' }));
    await expect(starter.start('n', {})).rejects.toThrow('gone');
  });
});
