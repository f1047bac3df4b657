import { Stack, Validations } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { ObservedFunction } from '../platform/observed-function.ts';
import type { WorkQueue } from '../platform/work-queue.ts';

export interface AlarmEntranceProps {
  /** Receives the alarms of the topic. */
  readonly signals: WorkQueue;
  /** Consumes that queue, and may itself be the action of an alarm: alarms invoke it asynchronously. */
  readonly groupSignals: ObservedFunction;
}

/**
 * Two entrances for CloudWatch alarms besides the rule on the default bus: a topic, and the function `group-signals`, each
 * as an alarm's own action in the same region. An alarm that arrives several ways counts once.
 */
export class AlarmEntrance extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { signals, groupSignals }: AlarmEntranceProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    this.topic = new Topic(this, 'Topic', { displayName: 'Alarms for Forestall', enforceSSL: true });
    Validations.of(this.topic).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SNS2',
      reason:
        'CloudWatch cannot publish through the AWS-managed SNS key, and a customer key costs $1 a month; the messages contain only alarm texts.',
    });
    this.topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    this.topic.addSubscription(
      new SqsSubscription(signals.queue, {
        rawMessageDelivery: true,
        deadLetterQueue: signals.deadLetters.queue,
      }),
    );
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
    groupSignals.fn.addPermission('AlarmAction', {
      principal: new ServicePrincipal('lambda.alarms.cloudwatch.amazonaws.com'),
      sourceAccount: account,
    });
  }
}
