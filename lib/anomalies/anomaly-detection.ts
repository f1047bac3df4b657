import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ForecastBucket } from '../forecasts/forecast-bucket.ts';
import type { ForecastTable } from '../forecasts/forecast-table.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import { ActionableAlarm } from '../platform/actionable-alarm.ts';
import { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import type { AnomalyTable } from './anomaly-table.ts';

export interface AnomalyDetectionProps {
  readonly config: StageConfig;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly forecasts: ForecastTable;
  readonly anomalies: AnomalyTable;
  readonly forecastBucket: ForecastBucket;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
}

const MEANING = {
  impact: 'New metrics of some targets were not checked, so anomalies are not announced.',
  runbook: 'Anomalies are not detected',
};

/** Only blocks that were written: blocks that expired would cause needless invocations. */
const WRITTEN = FilterCriteria.filter({ eventName: FilterRule.or('INSERT', 'MODIFY') });

/**
 * Runs the detectors of a target on every change of its blocks in the stream of blocks. Changes of one target are
 * delivered in order and one at a time. Records that fail ten times, or for six hours, go to a dead-letter queue with an
 * alarm; the detectors catch up when the target's next block arrives.
 */
export class AnomalyDetection extends Construct {
  readonly detector: ObservedFunction;
  /** Stream records that could not be processed. */
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: AnomalyDetectionProps) {
    super(scope, id);
    const { bus, config, notify } = props;
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { ...MEANING, notify });
    this.detector = new ObservedFunction(this, 'DetectAnomalies', {
      entry: 'detect-anomalies',
      traced: true,
      description: "Runs a target's detectors on its changed blocks",
      config,
      notify,
      // One whole virtual CPU: the work is arithmetic, so more memory costs the same and finishes earlier.
      memoryMb: 1769,
      // Learning five weeks of a target with 1,000 metrics takes about one minute, and a batch may hold several of them.
      timeout: Duration.minutes(5),
      reservedConcurrency: config.reservedConcurrency.detect,
      failure: { ...MEANING, coveredBy: 'dead letters of the stream' },
      environment: {
        EVENT_BUS_NAME: bus.bus.eventBusName,
        FORECAST_BUCKET_NAME: props.forecastBucket.store.bucket.bucketName,
        DEAD_LETTERS_QUEUE_URL: this.deadLetters.queue.queueUrl,
        HOT_RETENTION_DAYS: String(config.hotRetentionDays),
      },
    });
    this.#grant(props);
    this.#consume(props.blocks.grantFollowChanges(this.detector), notify);
  }

  #grant(props: AnomalyDetectionProps): void {
    props.settings.grantGet(this.detector);
    props.blocks.grantReadRange(this.detector);
    props.targets.grantGet(this.detector);
    props.forecasts.grantReadForecasts(this.detector);
    props.anomalies.grantRecord(this.detector);
    props.forecastBucket.grantKeepDetectors(this.detector);
    props.bus.grantPublish(this.detector);
  }

  #consume(stream: string, notify: ITopic): void {
    const { queueArn } = this.deadLetters.queue;
    this.detector.allow(['sqs:SendMessage'], [queueArn]);
    const mapping = new EventSourceMapping(this, 'Changes', {
      target: this.detector.fn,
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [WRITTEN],
      batchSize: 100,
      // A longer window saves invocations but delays every anomaly.
      maxBatchingWindow: Duration.seconds(2),
      bisectBatchOnError: true,
      // Each shard has this many consumers, which share no target: 10 is the most that Lambda offers.
      parallelizationFactor: 10,
      reportBatchItemFailures: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: queueArn }) },
    });
    new ActionableAlarm(this, 'Lagging', {
      metric: this.detector.fn.metric('IteratorAge', { period: Duration.minutes(5), statistic: 'Maximum' }),
      threshold: Duration.minutes(10).toMilliseconds(),
      evaluationPeriods: 2,
      impact: 'New metrics wait more than 10 minutes to be checked, so anomalies are announced late.',
      runbook: 'Anomaly detection lags',
      notify,
    });
    // Lambda checks that the role may read the stream when the mapping is created.
    const role = this.detector.node.tryFindChild('Role');
    if (role !== undefined) mapping.node.addDependency(role);
  }
}
