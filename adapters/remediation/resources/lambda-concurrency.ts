import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, step } from './executor.ts';
import { functionOwner, lambdaOf } from './lambda-alias.ts';
import { partsOf } from './names.ts';

const cloudWatchOf = sessionClient((settings) => guarded(new CloudWatchClient(settings)));

const HOUR_MS = 3_600_000;
const PERIOD_SECONDS = 300;

/** The most invocations at once within the last hour; 0 without any. */
const peakOf = async (name: string, session: ActionSession, now: number): Promise<number> => {
  const get = new GetMetricStatisticsCommand({
    Namespace: 'AWS/Lambda',
    MetricName: 'ConcurrentExecutions',
    Dimensions: [{ Name: 'FunctionName', Value: name }],
    StartTime: new Date(now - HOUR_MS),
    EndTime: new Date(now),
    Period: PERIOD_SECONDS,
    Statistics: ['Maximum'],
  });
  const { Datapoints = [] } = await cloudWatchOf(session).send(get);
  return Math.ceil(Math.max(0, ...Datapoints.map(({ Maximum = 0 }) => Maximum)));
};

const Reserved = z.object({ reserved: z.number().nullable() });

/** `now` in epoch milliseconds. */
export const functionConcurrency = (place: Place, now: () => number): Executor => ({
  read: async ({ resource }, session) => {
    const [name] = partsOf(resource);
    const owner = await functionOwner(place, name, session);
    const get = new GetFunctionConcurrencyCommand({ FunctionName: name });
    const { ReservedConcurrentExecutions: reserved = null } = await lambdaOf(session).send(get);
    return { owner, state: { reserved, peak: await peakOf(name, session, now()) } };
  },
  steps: ({ resource }, { to }) => {
    const [FunctionName] = partsOf(resource);
    const { reserved } = Reserved.parse(to);
    if (reserved === null)
      return [
        step('lambda', 'DeleteFunctionConcurrency', { FunctionName }, (session, sent) =>
          lambdaOf(session).send(new DeleteFunctionConcurrencyCommand(sent)),
        ),
      ];
    const input = { FunctionName, ReservedConcurrentExecutions: reserved };
    return [
      step('lambda', 'PutFunctionConcurrency', input, (session, sent) =>
        lambdaOf(session).send(new PutFunctionConcurrencyCommand(sent)),
      ),
    ];
  },
  isBegun: (_, { to }, present) => Reserved.parse(present).reserved === Reserved.parse(to).reserved,
});
