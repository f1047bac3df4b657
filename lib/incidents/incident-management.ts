import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Match, Rule, type RuleProps } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EVENT_SOURCES, type EventName } from '../../core/api/event-catalogue.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import { WorkQueue } from '../platform/work-queue.ts';
import { AlarmEntrance } from './alarm-entrance.ts';
import type { IncidentTable } from './incident-table.ts';

/** The table of changes, which a context above writes: incidents only list it. */
interface ChangeList {
  grantList(reader: ObservedFunction): void;
}

/** The bucket of a context above, whose decisions name the inputs of diagnoses. */
interface DecisionRecord {
  grantRecordInputs(writer: ObservedFunction): void;
}

export interface IncidentManagementProps {
  readonly config: StageConfig;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly incidents: IncidentTable;
  readonly changes: ChangeList;
  readonly decisions: DecisionRecord;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
}

type EventBus = NonNullable<RuleProps['eventBus']>;

const MEANING = {
  impact: 'Anomalies, predicted breaches or alarms are missing from incidents, or an incident has no causes.',
  runbook: 'Incidents are not kept up to date',
};
const COVERED = { ...MEANING, coveredBy: 'dead letters of its queue' };
const GROUP_TIMEOUT = Duration.seconds(60);
const DIAGNOSE_TIMEOUT = Duration.minutes(2);
/** Writes to the incidents of one tenant exclude each other, so more consumers would mostly wait. */
const MAX_CONSUMERS = 2;

const announced = (...names: readonly EventName[]): EventPattern => ({
  source: [...new Set(names.map((name) => EVENT_SOURCES[name]))],
  detailType: [...names],
});

/** Updates that may change the causes of an incident, or what later incidents can learn from it. */
const REASONS_TO_DIAGNOSE = ['signals-joined', 'incidents-merged', 'change-attached', 'reopened', 'reviewed'];

/**
 * Groups signals into incidents and diagnoses them. Rules bring events from Forestall's bus, and CloudWatch alarms from
 * the account's default bus, to queues. Messages that fail ten times, or are unreadable, are kept in a dead-letter queue
 * with an alarm.
 */
export class IncidentManagement extends Construct {
  readonly signals: WorkQueue;
  readonly groupSignals: ObservedFunction;
  readonly alarms: AlarmEntrance;
  readonly #props: IncidentManagementProps;
  readonly #deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: IncidentManagementProps) {
    super(scope, id);
    this.#props = props;
    const { bus } = props.bus;
    this.#deadLetters = new DeadLetterQueue(this, 'DeadLetters', { ...MEANING, notify: props.notify });
    this.signals = this.#queue('Signals', GROUP_TIMEOUT);
    this.groupSignals = this.#groupSignals();
    this.alarms = new AlarmEntrance(this, 'AlarmActions', {
      signals: this.signals,
      groupSignals: this.groupSignals,
    });
    const warnings = announced('AnomalyDetected', 'AnomalyEnded', 'BreachPredicted', 'BreachCleared');
    this.#route('Warnings', bus, warnings, this.signals);
    const alarms = { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] };
    this.#route('Alarms', undefined, alarms, this.signals);
    const diagnoses = this.#queue('Diagnoses', DIAGNOSE_TIMEOUT);
    this.#diagnoseIncident(diagnoses);
    this.#route('OpenedOrResolved', bus, announced('IncidentOpened', 'IncidentResolved'), diagnoses);
    const updated = {
      ...announced('IncidentUpdated'),
      detail: { reasons: Match.anyOf(...REASONS_TO_DIAGNOSE) },
    };
    this.#route('Updated', bus, updated, diagnoses);
  }

  #queue(id: string, consumerTimeout: Duration): WorkQueue {
    const { notify } = this.#props;
    return new WorkQueue(this, id, { consumerTimeout, undeliverable: this.#deadLetters, notify });
  }

  /** Events that EventBridge cannot deliver within a day go to the dead-letter queue of the consumer. */
  #route(id: string, eventBus: EventBus | undefined, eventPattern: EventPattern, to: WorkQueue): void {
    const target = new SqsQueue(to.queue, {
      retryAttempts: 185,
      maxEventAge: Duration.hours(24),
      deadLetterQueue: to.deadLetters.queue,
    });
    // Without a bus, the rule listens on the account's default bus, to which AWS services publish.
    new Rule(this, id, { ...(eventBus && { eventBus }), eventPattern, targets: [target] });
  }

  #groupSignals(): ObservedFunction {
    const { config, targets, incidents, changes, bus, notify } = this.#props;
    const groupSignals = new ObservedFunction(this, 'GroupSignals', {
      entry: 'group-signals',
      traced: true,
      description: 'Groups anomalies, predicted breaches, alarms and changes into incidents',
      config,
      notify,
      memoryMb: 512,
      timeout: GROUP_TIMEOUT,
      failure: COVERED,
      // For alarms that invoke it as their action; messages of the queue are retried by the queue.
      asynchronous: { deadLetters: this.#deadLetters, maxAge: Duration.hours(6) },
      environment: {
        EVENT_BUS_NAME: bus.bus.eventBusName,
        SIGNALS_QUEUE_URL: this.signals.queue.queueUrl,
        DEAD_LETTERS_QUEUE_URL: this.#deadLetters.queue.queueUrl,
        OWN_TENANT_ID: config.ownTenant,
      },
    });
    incidents.grantWrite(groupSignals);
    changes.grantList(groupSignals);
    targets.grantList(groupSignals);
    bus.grantPublish(groupSignals);
    this.signals.grantSend(groupSignals);
    this.#deadLetters.grantPark(groupSignals);
    // Signals of one fault come within seconds of each other: grouped together, they need one write.
    this.signals.feed(groupSignals, {
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(2),
      maxConcurrency: MAX_CONSUMERS,
    });
    return groupSignals;
  }

  #diagnoseIncident(queue: WorkQueue): void {
    const { config, settings, blocks, targets, incidents, changes, decisions, notify } = this.#props;
    const diagnoseIncident = new ObservedFunction(this, 'DiagnoseIncident', {
      entry: 'diagnose-incident',
      traced: true,
      description: 'Ranks the likely causes of an incident',
      config,
      notify,
      memoryMb: 1024,
      timeout: DIAGNOSE_TIMEOUT,
      failure: COVERED,
      environment: {
        DEAD_LETTERS_QUEUE_URL: this.#deadLetters.queue.queueUrl,
      },
    });
    incidents.grantGet(diagnoseIncident);
    incidents.grantList(diagnoseIncident);
    incidents.grantStoreCauses(diagnoseIncident);
    changes.grantList(diagnoseIncident);
    decisions.grantRecordInputs(diagnoseIncident);
    targets.grantGet(diagnoseIncident);
    targets.grantList(diagnoseIncident);
    blocks.grantReadRange(diagnoseIncident);
    settings.grantGet(diagnoseIncident);
    this.#deadLetters.grantPark(diagnoseIncident);
    // A growing incident is announced many times; events that arrive together cause one diagnosis.
    queue.feed(diagnoseIncident, {
      batchSize: 20,
      maxBatchingWindow: Duration.seconds(2),
      maxConcurrency: MAX_CONSUMERS,
    });
  }
}
