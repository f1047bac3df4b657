import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Match, Rule, type RuleProps } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { EVENT_SOURCES, type EventName } from '../../core/api/event-catalogue.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { IncidentTable } from '../incidents/incident-table.ts';
import type { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import { WorkQueue } from '../platform/work-queue.ts';
import type { RemediationTable } from './remediation-table.ts';

export interface RemediationIntakeProps {
  readonly config: StageConfig;
  readonly remediations: RemediationTable;
  readonly incidents: IncidentTable;
  readonly bus: DomainEventBus;
  /** Receives CloudWatch alarms, besides the account's default bus. */
  readonly alarms: ITopic;
  /** The workflow `remediate`, and what starts it. */
  readonly workflow: { readonly machineArn: string; readonly startArn: string };
  readonly deadLetters: DeadLetterQueue;
  readonly notify: ITopic;
}

type EventBus = NonNullable<RuleProps['eventBus']>;

const TIMEOUT = Duration.seconds(30);

const announced = (...names: readonly EventName[]): EventPattern => ({
  source: [...new Set(names.map((name) => EVENT_SOURCES[name]))],
  detailType: [...names],
});

/** Updates after which an incident may need something else than before. */
const REASONS_TO_REMEDIATE = ['reopened', 'severity-raised', 'signals-joined', 'change-attached'];

/**
 * What may lead to a remediation: predicted breaches, incidents, proposals and earlier remediations from Forestall's bus,
 * and CloudWatch alarms.
 * A queue keeps it until the workflow is started, whose name makes repeats harmless.
 */
export class RemediationIntake extends Construct {
  readonly #props: RemediationIntakeProps;
  readonly #queue: WorkQueue;

  constructor(scope: Construct, id: string, props: RemediationIntakeProps) {
    super(scope, id);
    this.#props = props;
    const { notify, deadLetters, alarms } = props;
    this.#queue = new WorkQueue(this, 'Causes', {
      ...{ consumerTimeout: TIMEOUT, undeliverable: deadLetters, notify },
    });
    this.#startRemediations();
    const { bus } = props.bus;
    this.#route('Causes', bus, announced('BreachPredicted', 'IncidentOpened', 'RemediationProposed'));
    this.#route('Ended', bus, announced('RemediationVerified', 'RemediationBlocked'));
    const updated = {
      ...announced('IncidentUpdated'),
      detail: { reasons: Match.anyOf(...REASONS_TO_REMEDIATE) },
    };
    this.#route('Updated', bus, updated);
    const changed = { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] };
    this.#route('Alarms', undefined, changed);
    alarms.addSubscription(
      new SqsSubscription(this.#queue.queue, {
        rawMessageDelivery: true,
        deadLetterQueue: deadLetters.queue,
      }),
    );
  }

  /** Events that cannot be delivered within an hour are too old to act on, and kept with the dead letters. */
  #route(id: string, eventBus: EventBus | undefined, eventPattern: EventPattern): void {
    const target = new SqsQueue(this.#queue.queue, {
      retryAttempts: 185,
      maxEventAge: Duration.hours(1),
      deadLetterQueue: this.#props.deadLetters.queue,
    });
    new Rule(this, `${id}Rule`, { ...(eventBus && { eventBus }), eventPattern, targets: [target] });
  }

  #startRemediations(): void {
    const { config, notify, remediations, incidents, workflow, deadLetters } = this.#props;
    const starter = new ObservedFunction(this, 'StartRemediations', {
      entry: 'start-remediations',
      traced: true,
      description: 'Starts the workflow for what may lead to a remediation',
      ...{ config, notify, memoryMb: 256, timeout: TIMEOUT },
      failure: {
        impact: 'Nothing is done about problems that the policy covers.',
        runbook: 'Remediations do not start',
        coveredBy: 'dead letters of its queue',
      },
      environment: {
        REMEDIATION_WORKFLOW_ARN: workflow.startArn,
        DEAD_LETTERS_QUEUE_URL: deadLetters.queue.queueUrl,
        OWN_TENANT_ID: config.ownTenant,
      },
    });
    remediations.grantTrackAlerts(starter);
    incidents.grantGet(starter);
    starter.allow(['states:StartExecution'], [workflow.machineArn]);
    deadLetters.grantPark(starter);
    this.#queue.feed(starter, { batchSize: 10, maxBatchingWindow: Duration.seconds(1), maxConcurrency: 2 });
  }
}
