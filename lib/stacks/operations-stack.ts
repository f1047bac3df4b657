import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { SavedQueries } from '../operations/saved-queries.ts';
import { ServiceAlarms } from '../operations/service-alarms.ts';
import { ServiceDashboard } from '../operations/service-dashboard.ts';
import { findWatchedParts, serviceMetrics } from '../operations/service-metrics.ts';
import type { DataStack } from './data-stack.ts';

export interface OperationsStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
}

/** Monitoring of the service as a whole. Alarms on a single function or queue are created beside it. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, props: OperationsStackProps) {
    super(scope, id, props);
    const { config, data } = props;
    const metrics = serviceMetrics(findWatchedParts(this, config), config);
    new ServiceAlarms(this, 'Alarms', { config, metrics, notify: data.alarmTopic.topic });
    new SavedQueries(this, 'Queries', { config });
    if (config.dashboard) new ServiceDashboard(this, 'Dashboard', { metrics });
  }
}
