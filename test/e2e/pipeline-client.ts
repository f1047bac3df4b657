import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { RunAnswer } from '../../cli/api-client/answers.ts';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { awsEnvironment } from '../../local/emulator/environment.ts';
import { waitUntilDrained } from '../../local/queue-drain.ts';
import { countStored } from '../../local/stored-points.ts';
import type { SharedSession } from './shared-session.ts';

/** Points this test process's SDK clients at the shared emulator. */
export const useSession = (session: SharedSession): void => {
  Object.assign(process.env, awsEnvironment(session.port));
};

/** A key of a tenant, from the operator's function. */
export const newKey = async (session: SharedSession, tenantId: string): Promise<string> => {
  const { Payload } = await new LambdaClient().send(
    new InvokeCommand({
      FunctionName: requireOutput(session.outputs, 'IssueApiKeyFunctionName'),
      Payload: Buffer.from(JSON.stringify({ tenantId, name: 'e2e' })),
    }),
  );
  const { apiKey } = JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as { apiKey: string };
  return apiKey;
};

/** A client of a new tenant. */
export const newTenant = async (session: SharedSession, tenantId: string): Promise<ApiClient> =>
  new ApiClient({ url: session.url, apiKey: await newKey(session, tenantId) });

export const drained = (): Promise<void> => waitUntilDrained(new SQSClient(), () => {});

/** The stored points of a tenant, decoded block by block. */
export const stored = (session: SharedSession, tenantId: string) => countStored(session.outputs, tenantId);

export const finishedRun = async (client: ApiClient, id: string): Promise<RunAnswer> => {
  for (;;) {
    const run = await client.run(id);
    if (run.status !== 'RUNNING') return run;
    await sleep(200);
  }
};

/** A queue that receives every event of Forestall's bus from now on, as a subscriber of the product would set up. */
export const subscribe = async (session: SharedSession, name: string) => {
  const sqs = new SQSClient();
  const events = new EventBridgeClient();
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dlq` }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const bus = requireOutput(session.outputs, 'EventBusName');
  const pattern = JSON.stringify({ source: [{ prefix: 'forestall.' }] });
  await events.send(new PutRuleCommand({ Name: name, EventBusName: bus, EventPattern: pattern }));
  await events.send(
    new PutTargetsCommand({
      Rule: name,
      EventBusName: bus,
      Targets: [{ Id: 'queue', Arn: Attributes?.QueueArn ?? '' }],
    }),
  );
  return async (): Promise<ReadonlyArray<{ 'detail-type': string; detail: Record<string, unknown> }>> => {
    const received = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return received;
      for (const { Body } of Messages) received.push(JSON.parse(Body ?? '{}'));
    }
  };
};
