/** Breaks the deployed pipeline from outside, as an outage or an operator would, and mends it again. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
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

/** Variables of a process (Linux); empty if it has ended or belongs to another user. */
const environmentOf = (pid: string): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

/** Process IDs of the emulator's workers that execute a function. */
const workersOf = (functionName: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}`))
    .map(Number);

/** Waits for a worker that executes the function, gives it some milliseconds, and kills it. */
export const killWorker = async (functionName: string, afterMs: number): Promise<void> => {
  while (workersOf(functionName).length === 0) await sleep(20);
  await sleep(afterMs);
  for (const pid of workersOf(functionName)) process.kill(pid, 'SIGKILL');
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
