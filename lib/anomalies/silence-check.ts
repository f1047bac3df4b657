import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { RawBucket } from '../metrics/raw-bucket.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import type { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { FunctionSchedule } from '../platform/function-schedule.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import type { RequestTable } from '../platform/request-table.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import type { AnomalyTable } from './anomaly-table.ts';

export interface SilenceCheckProps {
  readonly config: StageConfig;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly anomalies: AnomalyTable;
  readonly requests: RequestTable;
  readonly rawBucket: RawBucket;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
  /** Shared with anomaly detection: an alarm of its own would double the idle cost of this construct. */
  readonly deadLetters: DeadLetterQueue;
}

/** Minutes between two checks; the cost model counts them, too. */
export const SILENCE_CHECK_MINUTES = 5;

/** Looks every five minutes for targets and metrics that stopped coming, and for those that came back. */
export class SilenceCheck extends Construct {
  readonly checker: ObservedFunction;

  constructor(scope: Construct, id: string, props: SilenceCheckProps) {
    super(scope, id);
    const { config, notify, requests, rawBucket, settings, blocks, targets, anomalies, bus, deadLetters } =
      props;
    this.checker = new ObservedFunction(this, 'CheckSilence', {
      entry: 'check-silence',
      traced: true,
      description: 'Announces targets and metrics that stopped coming',
      config,
      notify,
      memoryMb: 512,
      timeout: Duration.minutes(2),
      failure: {
        impact: 'Targets and metrics that stop coming are not announced.',
        runbook: 'Silent targets are not announced',
        coveredBy: 'dead letters of anomaly detection',
      },
      asynchronous: { deadLetters, maxAge: Duration.minutes(SILENCE_CHECK_MINUTES) },
      environment: {
        EVENT_BUS_NAME: bus.bus.eventBusName,
        RAW_BUCKET_NAME: rawBucket.store.bucket.bucketName,
        TENANT_QUOTAS: JSON.stringify(config.quotas),
      },
    });
    settings.grantGet(this.checker);
    blocks.grantGet(this.checker);
    blocks.grantReadRange(this.checker);
    targets.grantList(this.checker);
    anomalies.grantRecord(this.checker);
    anomalies.grantList(this.checker);
    requests.grantReadQuotas(this.checker);
    rawBucket.grantListQuarantine(this.checker);
    bus.grantPublish(this.checker);
    new FunctionSchedule(this, 'Schedule', {
      description: 'Looks for targets that stopped sending',
      // Two minutes after the agents push, so that their points are stored.
      schedule: ScheduleExpression.cron({ minute: `2/${SILENCE_CHECK_MINUTES}` }),
      starts: this.checker,
      maxAgeSeconds: SILENCE_CHECK_MINUTES * 60,
      deadLetters,
    });
  }
}
