import type { SFNClient } from '@aws-sdk/client-sfn';
import type { WaitingWorkflows } from '../../core/remediation/ports.ts';
import { answerTask } from '../aws/answer-task.ts';

/** Workflows of Step Functions that wait with a task token. */
export const waitingExecutions = (client: SFNClient): WaitingWorkflows => ({
  answer: (taskToken, answer) => answerTask(client, taskToken, { answer }),
});
