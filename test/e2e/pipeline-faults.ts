/** Breaks the deployed pipeline from outside, as an outage or an operator would, and mends it again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';

const only = <T>(found: readonly T[], what: string): T => {
  const [first, ...more] = found;
  if (first === undefined || more.length > 0) throw new Error(`expected one ${what}, found ${found.length}`);
  return first;
};

export const queueNamed = async (name: RegExp): Promise<string> => {
  const { QueueUrls = [] } = await new SQSClient().send(new ListQueuesCommand({}));
  return only(
    QueueUrls.filter((url) => name.test(url)),
    `queue named like ${name.source}`,
  );
};

export const functionNamed = async (part: string): Promise<string> => {
  const { Functions = [] } = await new LambdaClient().send(new ListFunctionsCommand({}));
  const names = Functions.map(({ FunctionName = '' }) => FunctionName);
  return only(
    names.filter((name) => name.includes(part)),
    `function named like ${part}`,
  );
};

/** Starts or stops the delivery of messages to a function. */
export const deliver = async (functionName: string, isOn: boolean): Promise<void> => {
  const lambda = new LambdaClient();
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  const { UUID } = only(EventSourceMappings, `event source of ${functionName}`);
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: isOn }));
  // A poll that has begun may still deliver.
  if (!isOn) await sleep(1_000);
};

/** Seconds after which the function is killed. */
export const limitTime = async (FunctionName: string, Timeout: number): Promise<void> => {
  await new LambdaClient().send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }));
};

/** Seconds after which a failed message is delivered again. */
export const redeliverAfter = async (QueueUrl: string, seconds: number): Promise<void> => {
  const Attributes = { VisibilityTimeout: String(seconds) };
  await new SQSClient().send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
};

/** Sum of an outcome that a function counted since `from` (epoch milliseconds), from the metrics in its log. */
export const counted = async (FunctionName: string, outcome: string, from: number): Promise<number> => {
  const { LoggingConfig } = await new LambdaClient().send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  );
  const logs = new CloudWatchLogsClient();
  let [sum, nextToken] = [0, undefined as string | undefined];
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({ logGroupName: LoggingConfig?.LogGroup, startTime: from, nextToken }),
    );
    for (const { message = '' } of page.events ?? []) {
      const value = new RegExp(`"${outcome}":(\\d+)`).exec(message)?.[1];
      sum += Number(value ?? 0);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return sum;
};
