import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { WorkStarter } from '../../core/anomalies/ports.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

export interface WorkStarterOptions {
  readonly client: LambdaClient;
  readonly functionName: string;
}

const ACCEPTED = 202;

/** Starts work by asynchronous invocation: Lambda queues it, retries, and keeps failures in a dead-letter queue. */
export const lambdaWorkStarter = <Work>({ client, functionName }: WorkStarterOptions): WorkStarter<Work> => ({
  start: async (work) => {
    const invoke = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(work)),
    });
    const { StatusCode } = await withSdkErrors(`invoking ${functionName}`, () => client.send(invoke));
    if (StatusCode !== ACCEPTED)
      throw new DependencyUnavailableError(`invoking ${functionName}: Lambda returned ${StatusCode}`);
  },
});
