import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { WorkflowStarter } from '../../core/shared/messaging.ts';
import { withSdkErrors } from './sdk-failure.ts';
import { runningTrace } from './trace-context.ts';

export interface WorkflowStarterOptions {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}

/**
 * Starts executions of one state machine. A name is taken for 90 days; while its execution runs with the same input,
 * Step Functions responds to a repeat as if it had started the execution.
 */
export const stepFunctionsStarter = ({
  client,
  stateMachineArn,
}: WorkflowStarterOptions): WorkflowStarter => ({
  start: async (name, input) => {
    const traceHeader = runningTrace()?.header;
    const command = new StartExecutionCommand({
      ...{ stateMachineArn, name, input: JSON.stringify(input) },
      ...(traceHeader === undefined ? {} : { traceHeader }),
    });
    try {
      await withSdkErrors(`starting ${name}`, () => client.send(command));
      return 'started';
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'already-running';
      throw error;
    }
  },
});
