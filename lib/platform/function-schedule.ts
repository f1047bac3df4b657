import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ContextAttribute,
  type IScheduleTarget,
  Schedule,
  type ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { DeadLetters } from './dead-letter-queue.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface FunctionScheduleProps {
  readonly description: string;
  readonly schedule: ScheduleExpression;
  readonly starts: ObservedFunction;
  /** Invocations that fail for longer than this are given up: the next one covers their work. */
  readonly maxAgeSeconds: number;
  readonly deadLetters: DeadLetters;
}

/** Invokes a function regularly, with the scheduled time as its input. */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { description, schedule } = props;
    new Schedule(this, 'Schedule', { description, schedule, target: this.#target(props) });
  }

  /** CDK's own target would also allow the schedule to invoke every version of the function. */
  #target({ starts, deadLetters, maxAgeSeconds }: FunctionScheduleProps): IScheduleTarget {
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const { functionArn } = starts.fn;
    const { queueArn } = deadLetters.queue;
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] }));
    return {
      bind: () => ({
        arn: functionArn,
        role,
        input: ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime }),
        retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: maxAgeSeconds },
        deadLetterConfig: { arn: queueArn },
      }),
    };
  }
}
