import { Duration, type Stack } from 'aws-cdk-lib';
import { HttpApi, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { type IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StageConfig } from '../config/stage-config.ts';
import { outcomeMetric } from '../platform/outcome-metric.ts';
import { PublishedName } from '../platform/published-name.ts';

/** The resources whose metrics show the health of the service; found by name, so that they can be replaced at any time. */
export interface WatchedParts {
  readonly api: IHttpApi;
  readonly ingestQueue: IQueue;
  readonly dispatch: IStateMachine;
  readonly fleet: IStateMachine;
}

/** Resolves the published names of the other stacks within `stack`. */
export const findWatchedParts = (stack: Stack, config: StageConfig): WatchedParts => {
  const machine = (id: string, thing: 'dispatch-state-machine-arn' | 'forecast-state-machine-arn') =>
    StateMachine.fromStateMachineArn(stack, id, PublishedName.read(stack, config, thing));
  return {
    api: HttpApi.fromHttpApiAttributes(stack, 'Api', {
      httpApiId: PublishedName.read(stack, config, 'api-id'),
    }),
    ingestQueue: Queue.fromQueueArn(
      stack,
      'IngestQueue',
      PublishedName.read(stack, config, 'ingest-queue-arn'),
    ),
    dispatch: machine('Dispatch', 'dispatch-state-machine-arn'),
    fleet: machine('Fleet', 'forecast-state-machine-arn'),
  };
};

const every = (minutes: number, statistic: string): MetricOptions => ({
  period: Duration.minutes(minutes),
  statistic,
});

const FIVE_MINUTES = Duration.minutes(5);

/** Five-minute metrics of these resources, shared by alarms and dashboard. */
export const serviceMetrics = ({ api, ingestQueue, dispatch, fleet }: WatchedParts, config: StageConfig) => ({
  requests: api.metricCount(every(5, 'Sum')),
  serverErrors: api.metricServerError(every(5, 'Sum')),
  clientErrors: api.metricClientError(every(5, 'Sum')),
  latency: api.metricLatency(every(5, 'p95')),
  oldestMessage: ingestQueue.metricApproximateAgeOfOldestMessage(every(5, 'Maximum')),
  queuedMessages: ingestQueue.metricApproximateNumberOfMessagesVisible(every(5, 'Maximum')),
  dispatched: dispatch.metricSucceeded(every(60, 'Sum')),
  runsSucceeded: fleet.metricSucceeded(every(5, 'Sum')),
  runsFailed: fleet.metricFailed(every(5, 'Sum')),
  runsTimedOut: fleet.metricTimedOut(every(5, 'Sum')),
  runTime: fleet.metricTime(every(5, 'Maximum')),
  parked: outcomeMetric(config, 'DataQuarantined', FIVE_MINUTES),
  overQuota: outcomeMetric(config, 'RequestsOverQuota', FIVE_MINUTES),
  uncheckedQuotas: outcomeMetric(config, 'QuotasUnchecked', FIVE_MINUTES),
  refusedData: outcomeMetric(config, 'DataRefused', FIVE_MINUTES),
  // Of all functions of the account in this region: they share the quota.
  throttles: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', ...every(5, 'Sum') }),
});

export type ServiceMetrics = ReturnType<typeof serviceMetrics>;
