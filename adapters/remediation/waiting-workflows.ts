import {
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { WaitingWorkflows } from '../../core/remediation/ports.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

const isOver = (error: unknown): boolean =>
  error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;

/** Workflows of Step Functions that wait with a task token. */
export const waitingExecutions = (client: SFNClient): WaitingWorkflows => ({
  answer: (taskToken, answer) =>
    withSdkErrors('answering a waiting workflow', async () => {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ answer }) }));
        return 'sent' as const;
      } catch (error) {
        if (isOver(error)) return 'not-waiting' as const;
        throw error;
      }
    }),
});
