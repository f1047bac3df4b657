import {
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Healers } from '../../core/remediation/healing/heal.ts';
import type { WorkflowStarter } from '../../core/shared/messaging.ts';
import { isoOfSeconds } from '../../core/shared/time.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

export interface HealersOptions {
  /** The workflow that starts the forecasts of all tenants. */
  readonly dispatch: WorkflowStarter;
  readonly sqs: SQSClient;
  readonly deadLettersArn: string;
}

/** A second task for a queue is refused while one runs, so the running one is what was asked for. */
const redrive = async ({ sqs, deadLettersArn: SourceArn }: HealersOptions): Promise<void> => {
  const { Results = [] } = await withSdkErrors('listing redrives', () =>
    sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 })),
  );
  if (Results.some(({ Status }) => Status === 'RUNNING')) return;
  await withSdkErrors('redriving dead letters', () =>
    sqs.send(new StartMessageMoveTaskCommand({ SourceArn })),
  );
};

/** Acts on Forestall's own workflow and queue. */
export const awsHealers = (options: HealersOptions): Healers => ({
  run: async ({ action }, healingId, at) => {
    // The execution's name makes a repeat do nothing.
    if (action === 'start-forecasts')
      await options.dispatch.start(healingId, { scheduledAt: isoOfSeconds(at) });
    else await redrive(options);
  },
});
