import { Duration, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmMeaning } from './actionable-alarm.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface WorkQueueProps {
  /** Timeout of the consuming function; the visibility timeout is six times as long. */
  readonly consumerTimeout: Duration;
  /** The alarm on the queue's dead letters, or an existing dead letter queue to share. */
  readonly undeliverable: AlarmMeaning | DeadLetterQueue;
  readonly notify: ITopic;
}

export interface Batching {
  readonly batchSize: number;
  /** Max time to wait for a full batch: fewer invocations at slightly higher latency. */
  readonly maxBatchingWindow: Duration;
  /**
   * Limit of parallel consumers, so that a backlog cannot use up the account's concurrency: without it, Lambda adds 300
   * consumers a minute, up to 1,250. With it, five pollers share the queue, so batches are small.
   */
  readonly maxConcurrency: number;
}

/**
 * Attempts before a message is given up. A throttled table refuses the same message several times in a row, six
 * timeouts apart.
 */
const MAX_RECEIVES = 10;

/** A queue whose messages are attempted ten times and then moved to a dead letter queue with an alarm. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { undeliverable, notify } = props;
    this.deadLetters =
      undeliverable instanceof DeadLetterQueue
        ? undeliverable
        : new DeadLetterQueue(this, 'DeadLetters', { ...undeliverable, notify });
    this.queue = new Queue(this, 'Queue', {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(4),
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least six times the timeout.
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeout.toSeconds()),
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: MAX_RECEIVES },
    });
  }

  grantSend(sender: ObservedFunction): Grant {
    return Grant.addToPrincipal({
      grantee: sender,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.queue.queueArn],
    });
  }

  /** Invokes a function with batches; failures are reported per message. */
  feed(consumer: ObservedFunction, batching: Batching): void {
    consumer.fn.addEventSource(
      new SqsEventSource(this.queue, { ...batching, reportBatchItemFailures: true }),
    );
    Validations.of(consumer.fn).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: 'Not available for queues: messages that fail ten times go to the dead letter queue.',
    });
  }
}
