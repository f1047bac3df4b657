import type { SFNClient } from '@aws-sdk/client-sfn';
import type { WaitingTrainings } from '../../core/models/ports.ts';
import { answerTask } from '../aws/answer-task.ts';

/** Trainings whose executions wait with a task token. */
export const waitingTrainings = (client: SFNClient): WaitingTrainings => ({
  answer: (taskToken, answer) => answerTask(client, taskToken, { answer }),
});
