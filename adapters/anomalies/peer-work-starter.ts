import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { PeerWorkStarter } from '../../core/anomalies/ports.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

export interface PeerWorkStarterOptions {
  readonly client: LambdaClient;
  readonly functionName: string;
}

const ACCEPTED = 202;

/** Starts comparisons by asynchronous invocation: Lambda queues them, retries, and keeps failures in a dead-letter queue. */
export const lambdaPeerWorkStarter = ({ client, functionName }: PeerWorkStarterOptions): PeerWorkStarter => ({
  start: async (work) => {
    const invoke = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(work)),
    });
    const { StatusCode } = await withSdkErrors('starting a comparison', () => client.send(invoke));
    if (StatusCode !== ACCEPTED)
      throw new DependencyUnavailableError(`starting a comparison: Lambda returned ${StatusCode}`);
  },
});
