import { Duration, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ActionableAlarm, type AlarmMeaning } from './actionable-alarm.ts';

/** A queue for events that failed, of this stack or of another. */
export interface DeadLetters {
  readonly queue: IQueue;
}

export interface DeadLetterQueueProps extends AlarmMeaning {
  readonly notify: ITopic;
}

/**
 * Keeps undeliverable messages for two weeks and raises an alarm at the first one, up to 15 minutes late if the queue was idle.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
 */
export class DeadLetterQueue extends Construct implements DeadLetters {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    for (const id of ['AwsSolutions::AwsSolutions-SQS3', 'Serverless::Serverless-SQSRedrivePolicy']) {
      Validations.of(this.queue).acknowledge({
        id,
        reason: 'This is itself the dead letter queue.',
      });
    }
    new ActionableAlarm(this, 'NotEmpty', {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      threshold: 1,
      impact: props.impact,
      runbook: props.runbook,
      notify: props.notify,
    });
  }

  /** Lets a function park messages that it can never process. */
  grantPark(consumer: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee: consumer,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.queue.queueArn],
    });
  }
}
