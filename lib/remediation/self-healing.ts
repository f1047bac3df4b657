import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { DeadLetters } from '../platform/dead-letter-queue.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import { HEALED } from './alarm-healing.ts';
import type { DecisionBucket } from './decision-bucket.ts';
import type { RemediationTable } from './remediation-table.ts';

export interface SelfHealingProps {
  readonly config: StageConfig;
  readonly remediations: RemediationTable;
  readonly decisions: DecisionBucket;
  /** Starts the forecasts of all tenants. */
  readonly dispatch: StateMachine;
  readonly ingestDeadLetters: IQueue;
  readonly deadLetters: DeadLetters;
  readonly notify: ITopic;
}

const MAX_AGE = Duration.hours(1);

/** Names of Forestall's own resources in decisions; the function knows which they are. */
const RESOURCES = {
  'start-forecasts': 'state-machine:dispatch-forecasts',
  'redrive-dead-letters': 'sqs-queue:ingest-dead-letters',
} as const;

/** Heals the alarms of the stage's own stacks that `alarm-healing.ts` lists. */
export class SelfHealing extends Construct {
  readonly healer: ObservedFunction;

  constructor(scope: Construct, id: string, props: SelfHealingProps) {
    super(scope, id);
    const { config, remediations, decisions, dispatch, ingestDeadLetters, deadLetters, notify } = props;
    this.healer = new ObservedFunction(this, 'HealPlatform', {
      entry: 'heal-platform',
      description: "Heals Forestall's own alarms",
      ...{ config, notify, memoryMb: 256, timeout: Duration.seconds(30) },
      failure: {
        impact: 'Alarms of Forestall are not healed by themselves.',
        runbook: 'An alarm is not healed',
        coveredBy: 'dead letters of anomaly detection',
      },
      asynchronous: { deadLetters, maxAge: MAX_AGE },
      environment: {
        OWN_TENANT_ID: config.ownTenant,
        DISPATCH_STATE_MACHINE_ARN: dispatch.stateMachineArn,
        INGEST_DEAD_LETTERS_QUEUE_ARN: ingestDeadLetters.queueArn,
        HEALING_PLANS: JSON.stringify(HEALED.map((each) => ({ ...each, resource: RESOURCES[each.action] }))),
      },
    });
    remediations.grantCommit(this.healer);
    decisions.grantRecordInputs(this.healer);
    this.healer.allow(['states:StartExecution'], [dispatch.stateMachineArn]);
    this.#allowRedrive(ingestDeadLetters);
    this.#route(config, deadLetters);
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
  #allowRedrive({ queueArn }: IQueue): void {
    this.healer.allow(
      [
        'sqs:StartMessageMoveTask',
        'sqs:ListMessageMoveTasks',
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
      ],
      [queueArn],
    );
  }

  #route(config: StageConfig, deadLetters: DeadLetters): void {
    new Rule(this, 'OwnAlarms', {
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: { alarmName: [{ prefix: `Forestall-${config.stage}-` }] },
      },
      targets: [
        new LambdaFunction(this.healer.fn, {
          deadLetterQueue: deadLetters.queue,
          maxEventAge: MAX_AGE,
          retryAttempts: 20,
        }),
      ],
    });
  }
}
