import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { MEASURED_OUTCOMES, type MeasuredOutcome } from '../../core/shared/telemetry.ts';
import type { StageConfig } from '../config/stage-config.ts';

/** The sum of an outcome that functions count (`functions/runtime/observe.ts`). Billed only in hours with data. */
export const outcomeMetric = (
  config: StageConfig,
  outcome: Exclude<MeasuredOutcome, 'ItemUnreadable'>,
  period: Duration,
): Metric =>
  new Metric({
    namespace: 'Forestall',
    metricName: outcome,
    dimensionsMap: { service: MEASURED_OUTCOMES[outcome], stage: config.stage },
    period,
    statistic: 'Sum',
  });
