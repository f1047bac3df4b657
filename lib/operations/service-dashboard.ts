import { Dashboard, GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ServiceMetrics } from './service-metrics.ts';

export interface ServiceDashboardProps {
  readonly metrics: ServiceMetrics;
}

/** One page from the request to the forecast. Optional, because it costs $3.00 a month beyond the first three of an account. */
export class ServiceDashboard extends Construct {
  constructor(scope: Construct, id: string, { metrics }: ServiceDashboardProps) {
    super(scope, id);
    const { requests, clientErrors, serverErrors, latency } = metrics;
    const { queuedMessages, oldestMessage, dispatched, runsSucceeded, runsFailed, runsTimedOut, runTime } =
      metrics;
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          new GraphWidget({
            title: 'API requests and errors',
            left: [requests, clientErrors, serverErrors],
            width: 12,
          }),
          new GraphWidget({ title: 'API latency, 95th percentile (ms)', left: [latency], width: 12 }),
        ],
        [
          new GraphWidget({
            title: 'Ingest queue: messages and age of the oldest (s)',
            left: [queuedMessages],
            right: [oldestMessage],
            width: 12,
          }),
          new GraphWidget({
            title: 'Forecast runs and their duration (ms)',
            left: [dispatched, runsSucceeded, runsFailed, runsTimedOut],
            right: [runTime],
            width: 12,
          }),
        ],
      ],
    });
  }
}
