import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ActionableAlarm } from '../platform/actionable-alarm.ts';
import type { DeadLetters } from '../platform/dead-letter-queue.ts';
import { FunctionSchedule } from '../platform/function-schedule.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import { outcomeMetric } from '../platform/outcome-metric.ts';

export interface AbuseDetectionProps {
  readonly config: StageConfig;
  readonly notify: ITopic;
  /** The functions behind the API, whose logs hold the counts of requests. */
  readonly watched: readonly ObservedFunction[];
  /** Shared with anomaly detection: an alarm of its own would double the idle cost of this construct. */
  readonly deadLetters: DeadLetters;
}

const UNSEEN = {
  impact: 'Abuse of API keys is not looked for. Requests are not affected.',
  runbook: 'Abuse is not looked for',
};

/** Looks every hour for abuse of API keys, in the counts of requests that the functions behind the API log. */
export class AbuseDetection extends Construct {
  readonly detector: ObservedFunction;

  constructor(scope: Construct, id: string, props: AbuseDetectionProps) {
    super(scope, id);
    const { deadLetters } = props;
    this.detector = this.#makeDetector(props);
    new FunctionSchedule(this, 'Schedule', {
      description: 'Looks for abuse of API keys',
      schedule: ScheduleExpression.cron({ minute: '50' }),
      starts: this.detector,
      maxAgeSeconds: 3600,
      deadLetters,
    });
    this.#watch(props);
  }

  #makeDetector({ config, notify, watched, deadLetters }: AbuseDetectionProps): ObservedFunction {
    const groups = watched.map(({ fn }) => fn.logGroup);
    const detector = new ObservedFunction(this, 'DetectAbuse', {
      entry: 'detect-abuse',
      description: 'Looks for abuse of API keys',
      ...{ config, notify, memoryMb: 256, timeout: Duration.minutes(5) },
      environment: { ACCESS_LOG_GROUP_NAMES: groups.map(({ logGroupName }) => logGroupName).join(',') },
      failure: { ...UNSEEN, coveredBy: 'dead letters of anomaly detection' },
      asynchronous: { deadLetters, maxAge: Duration.hours(1) },
    });
    detector.allow(
      ['logs:FilterLogEvents'],
      groups.map(({ logGroupArn }) => logGroupArn),
    );
    return detector;
  }

  #watch({ config, notify }: AbuseDetectionProps): void {
    new ActionableAlarm(this, 'Suspected', {
      metric: outcomeMetric(config, 'AbuseSuspected', Duration.hours(1)),
      threshold: 1,
      impact: 'An API key may be in the hands of an attacker, or someone guesses keys.',
      runbook: 'An API key may be abused',
      notify,
    });
  }
}
