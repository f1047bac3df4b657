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

const MEANING = {
  impact: 'Targets and metrics that stop coming are not announced.',
  runbook: 'Silent targets are not announced',
  coveredBy: 'dead letters of anomaly detection',
};
/** Minutes between two checks; the cost model counts them, too. */
export const SILENCE_CHECK_MINUTES = 5;
/** The next scheduled check covers what was not done by then. */
const MAX_AGE = Duration.minutes(SILENCE_CHECK_MINUTES);

/**
 * Looks every five minutes for targets and metrics that stopped coming, and for those that came back. The schedule invokes
 * the starter, which invokes the checker asynchronously for each tenant: no tenant waits for the check of another.
 */
export class SilenceCheck extends Construct {
  readonly checker: ObservedFunction;
  readonly #props: SilenceCheckProps;

  constructor(scope: Construct, id: string, props: SilenceCheckProps) {
    super(scope, id);
    this.#props = props;
    this.checker = this.#checker();
    new FunctionSchedule(this, 'Schedule', {
      description: 'Looks for targets that stopped sending',
      // Two minutes after the agents push, so that their points are stored.
      schedule: ScheduleExpression.cron({ minute: `2/${SILENCE_CHECK_MINUTES}` }),
      starts: this.#starter(),
      maxAgeSeconds: SILENCE_CHECK_MINUTES * 60,
      deadLetters: props.deadLetters,
    });
  }

  #checker(): ObservedFunction {
    const { config, notify, requests, rawBucket, settings, blocks, targets, anomalies, bus, deadLetters } =
      this.#props;
    const checker = new ObservedFunction(this, 'CheckSilence', {
      entry: 'check-silence',
      traced: true,
      description: 'Announces targets and metrics of one tenant that stopped coming',
      config,
      notify,
      memoryMb: 512,
      timeout: Duration.minutes(5),
      failure: MEANING,
      asynchronous: { deadLetters, maxAge: MAX_AGE },
      environment: {
        EVENT_BUS_NAME: bus.bus.eventBusName,
        RAW_BUCKET_NAME: rawBucket.store.bucket.bucketName,
        TENANT_QUOTAS: JSON.stringify(config.quotas),
      },
    });
    settings.grantGet(checker);
    blocks.grantGet(checker);
    blocks.grantReadRange(checker);
    targets.grantList(checker);
    anomalies.grantRecord(checker);
    anomalies.grantList(checker);
    requests.grantReadQuotas(checker);
    rawBucket.grantListQuarantine(checker);
    bus.grantPublish(checker);
    return checker;
  }

  #starter(): ObservedFunction {
    const { config, notify, targets, deadLetters } = this.#props;
    const starter = new ObservedFunction(this, 'StartSilenceChecks', {
      entry: 'start-silence-checks',
      traced: true,
      description: 'Starts the silence check of each tenant',
      config,
      notify,
      memoryMb: 256,
      timeout: Duration.minutes(2),
      failure: MEANING,
      asynchronous: { deadLetters, maxAge: MAX_AGE },
      environment: {
        CHECK_SILENCE_FUNCTION_NAME: this.checker.fn.functionName,
      },
    });
    targets.grantList(starter);
    starter.allow(['lambda:InvokeFunction'], [this.checker.fn.functionArn]);
    return starter;
  }
}
