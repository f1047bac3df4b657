import { Duration, Stack } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ActionableAlarm } from './actionable-alarm.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { ObservedFunction } from './observed-function.ts';
import type { ReportBucket } from './report-bucket.ts';
import { rotationTargets, type SecretStore } from './secret-store.ts';
import { Workflow } from './workflow.ts';

export interface SecretDrillProps {
  readonly config: StageConfig;
  readonly secrets: SecretStore;
  readonly reports: ReportBucket;
  /** The function that Secrets Manager invokes for each step. */
  readonly rotator: ObservedFunction;
  readonly notify: ITopic;
  readonly deadLetters: DeadLetterQueue;
}

const MEANING = {
  impact:
    'A drill found that a secret does not rotate as it should: after a leak, its key could not be replaced.',
  runbook: 'A drill of secrets failed',
};

/**
 * Rotates every secret of the deployment itself each quarter, and checks what consumers accept afterwards. Credentials of
 * integrations are tested by their own rotations.
 */
export class SecretDrill extends Construct {
  readonly machine: StateMachine;
  readonly #props: SecretDrillProps;

  constructor(scope: Construct, id: string, props: SecretDrillProps) {
    super(scope, id);
    this.#props = props;
    const { config, notify, deadLetters } = props;
    this.machine = new Workflow(this, 'Drill', {
      definition: 'drill-secrets',
      config,
      functions: {
        BeginSecretDrillFunctionArn: this.#begin(),
        VerifySecretDrillFunctionArn: this.#verify(),
      },
    }).machine;
    new Schedule(this, 'Schedule', {
      description: 'Drills the rotation of secrets',
      schedule: ScheduleExpression.cron({ minute: '20', hour: '9', day: '10', month: '1/3' }),
      target: new StepFunctionsStartExecution(this.machine, {
        input: ScheduleTargetInput.fromObject({ force: false }),
        retryAttempts: 5,
        maxEventAge: Duration.hours(1),
        deadLetterQueue: deadLetters.queue,
      }),
    });
    new ActionableAlarm(this, 'Failed', {
      ...MEANING,
      metric: this.machine.metricFailed({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 1,
      notify,
    });
  }

  #step(id: string, entry: string, description: string): ObservedFunction {
    const { config, notify, secrets } = this.#props;
    return new ObservedFunction(this, id, {
      ...{ entry, description, config, notify, memoryMb: 256, timeout: Duration.seconds(60), traced: true },
      environment: { ROTATION_TARGETS: rotationTargets(Stack.of(this), secrets.own) },
      failure: { ...MEANING, coveredBy: 'the alarm on the drill' },
    });
  }

  #allow(fn: ObservedFunction, ...actions: readonly string[]): void {
    fn.allow(
      actions.map((action) => `secretsmanager:${action}`),
      this.#props.secrets.own.map(({ secret }) => secret.secretArn),
    );
  }

  #begin(): ObservedFunction {
    const fn = this.#step('BeginSecretDrill', 'begin-secret-drill', 'Starts the rotation of every secret');
    this.#allow(fn, 'DescribeSecret', 'ListSecretVersionIds');
    // It may start a rotation, but neither change its schedule nor the function that executes it. Both keys are absent from
    // a request that changes neither.
    fn.allow(
      ['secretsmanager:RotateSecret'],
      this.#props.secrets.own.map(({ secret }) => secret.secretArn),
      {
        BoolIfExists: { 'secretsmanager:ModifyRotationRules': 'false' },
        ArnEqualsIfExists: { 'secretsmanager:RotationLambdaARN': this.#props.rotator.fn.functionArn },
      },
    );
    // Secrets Manager demands it of whoever starts a rotation.
    fn.allow(['lambda:InvokeFunction'], [this.#props.rotator.fn.functionArn]);
    return fn;
  }

  #verify(): ObservedFunction {
    const { reports } = this.#props;
    const fn = this.#step(
      'VerifySecretDrill',
      'verify-secret-drill',
      'Checks what is accepted after the rotations, and writes the report',
    );
    this.#allow(fn, 'DescribeSecret', 'GetSecretValue');
    fn.fn.addEnvironment('REPORT_BUCKET_NAME', reports.store.bucket.bucketName);
    reports.grantWriteDrills(fn);
    return fn;
  }
}
