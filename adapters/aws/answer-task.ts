import {
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { withSdkErrors } from './sdk-failure.ts';

const isOver = (error: unknown): boolean =>
  error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;

/** Ends a state that waits with a task token; `not-waiting` if it has got an answer, or waits no longer. */
export const answerTask = (
  client: SFNClient,
  taskToken: string,
  output: Readonly<Record<string, unknown>>,
): Promise<'sent' | 'not-waiting'> =>
  withSdkErrors('answering a waiting workflow', async () => {
    try {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
      return 'sent' as const;
    } catch (error) {
      if (isOver(error)) return 'not-waiting' as const;
      throw error;
    }
  });
