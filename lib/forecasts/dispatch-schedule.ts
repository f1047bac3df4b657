import { Duration } from 'aws-cdk-lib';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { DeadLetterQueue } from '../platform/dead-letter-queue.ts';

export interface DispatchScheduleProps {
  readonly config: StageConfig;
  readonly machine: StateMachine;
  readonly notify: ITopic;
}

/** Minutes past the hour, so that the last pushes of the hour are stored before the run reads them. */
const MINUTE = 5;

/** Cron expression for a cadence in minutes: the same minutes every hour, or the same hours every day. */
export const cronOf = (cadenceMinutes: number): ScheduleExpression =>
  cadenceMinutes < 60
    ? ScheduleExpression.cron({ minute: `${MINUTE}/${cadenceMinutes}` })
    : ScheduleExpression.cron({
        minute: `${MINUTE}`,
        hour: cadenceMinutes === 60 ? '*' : `*/${cadenceMinutes / 60}`,
      });

/**
 * Starts the dispatch workflow with the scheduled time instead of the current time, so that a redelivery has the same
 * input. A start that fails for an hour goes to a dead-letter queue with an alarm; the next hour starts independently.
 */
export class DispatchSchedule extends Construct {
  constructor(scope: Construct, id: string, props: DispatchScheduleProps) {
    super(scope, id);
    const missed = new DeadLetterQueue(this, 'Missed', {
      notify: props.notify,
      impact: 'The hourly forecasts were not started, so upcoming breaches may not be announced.',
      runbook: 'Forecasts are not started',
    });
    new Schedule(this, 'Schedule', {
      description: 'Starts the forecasts of every tenant',
      schedule: cronOf(props.config.forecastCadenceMinutes),
      target: new StepFunctionsStartExecution(props.machine, {
        input: ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime }),
        retryAttempts: 5,
        maxEventAge: Duration.minutes(Math.min(props.config.forecastCadenceMinutes, 60)),
        deadLetterQueue: missed.queue,
      }),
    });
  }
}
