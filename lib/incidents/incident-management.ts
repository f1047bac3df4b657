import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Match, Rule, type RuleProps } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EVENT_SOURCES, type EventName } from '../../core/api/event-catalogue.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { ForecastBus } from '../platform/event-bus.ts';
import type { HotTable } from '../platform/hot-table.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import type { RegistryTable } from '../platform/registry-table.ts';
import { WorkQueue } from '../platform/work-queue.ts';
import { AlarmEntrance } from './alarm-entrance.ts';

export interface IncidentManagementProps {
  readonly config: StageConfig;
  readonly hotTable: HotTable;
  readonly registry: RegistryTable;
  readonly bus: ForecastBus;
  readonly notify: ITopic;
}

type EventBus = NonNullable<RuleProps['eventBus']>;

const MEANING = {
  impact: 'Anomalies, predicted breaches or alarms are in no incident, or an incident has no causes.',
  runbook: 'Incidents are not kept up to date',
};
const SEEN = { ...MEANING, seenBy: 'dead letters of its queue' };
const GROUP_TIMEOUT = Duration.seconds(60);
const EXPLAIN_TIMEOUT = Duration.minutes(2);
/** A tenant's incidents are written one step at a time, so that more at once would mostly wait for each other. */
const PARALLEL = 2;

const announced = (...names: readonly EventName[]): EventPattern => ({
  source: [...new Set(names.map((name) => EVENT_SOURCES[name]))],
  detailType: [...names],
});

/** Updates after which an incident may have another cause, or teaches something else. */
const NEW_FACTS = ['signals-joined', 'incidents-merged', 'change-attached', 'reopened', 'reviewed'];

/**
 * Folds what goes wrong into incidents, and explains them. Rules bring events from Forestall's bus and CloudWatch alarms
 * from the account's default bus to queues; what fails there five times is kept, with an alarm.
 */
export class IncidentManagement extends Construct {
  readonly signals: WorkQueue;
  readonly folder: ObservedFunction;
  readonly alarms: AlarmEntrance;
  readonly #props: IncidentManagementProps;
  readonly #deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: IncidentManagementProps) {
    super(scope, id);
    this.#props = props;
    const { bus } = props.bus;
    this.#deadLetters = new DeadLetterQueue(this, 'DeadLetters', { ...MEANING, notify: props.notify });
    this.signals = this.#queue('Signals', GROUP_TIMEOUT);
    this.folder = this.#fold();
    this.alarms = new AlarmEntrance(this, 'AlarmActions', { signals: this.signals, folder: this.folder });
    const warnings = announced('AnomalyDetected', 'AnomalyEnded', 'BreachPredicted');
    this.#bring('Warnings', bus, warnings, this.signals);
    const alarms = { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] };
    this.#bring('Alarms', undefined, alarms, this.signals);
    const explanations = this.#queue('Explanations', EXPLAIN_TIMEOUT);
    this.#explain(explanations);
    this.#bring('Ends', bus, announced('IncidentOpened', 'IncidentResolved'), explanations);
    const updated = { ...announced('IncidentUpdated'), detail: { reasons: Match.anyOf(...NEW_FACTS) } };
    this.#bring('News', bus, updated, explanations);
  }

  #queue(id: string, consumerTimeout: Duration): WorkQueue {
    const { notify } = this.#props;
    return new WorkQueue(this, id, { consumerTimeout, undeliverable: this.#deadLetters, notify });
  }

  /** What EventBridge cannot deliver for a day ends beside what the function could not use. */
  #bring(id: string, eventBus: EventBus | undefined, eventPattern: EventPattern, to: WorkQueue): void {
    const target = new SqsQueue(to.queue, {
      retryAttempts: 185,
      maxEventAge: Duration.hours(24),
      deadLetterQueue: to.deadLetters.queue,
    });
    // Without a bus it is the account's default one, on which AWS services announce.
    new Rule(this, id, { ...(eventBus && { eventBus }), eventPattern, targets: [target] });
  }

  #fold(): ObservedFunction {
    const { config, registry, bus, notify } = this.#props;
    const folder = new ObservedFunction(this, 'GroupSignals', {
      entry: 'group-signals',
      description: 'Folds anomalies, predicted breaches, alarms and changes into incidents',
      config,
      notify,
      memoryMb: 512,
      timeout: GROUP_TIMEOUT,
      failure: SEEN,
      // Its queue waits for it; alarms of which it is the action do not.
      asynchronous: { givenUp: this.#deadLetters, latest: Duration.hours(6) },
      environment: {
        REGISTRY_TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: bus.bus.eventBusName,
        SIGNALS_QUEUE_URL: this.signals.queue.queueUrl,
        OWN_TENANT_ID: config.ownTenant,
      },
    });
    registry.grantWriteIncidents(folder);
    registry.grantList(folder);
    bus.grantPublish(folder);
    this.signals.grantSend(folder);
    // Signals of one fault come within seconds of each other: folded together they are written once.
    this.signals.feed(folder, {
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(2),
      maxConcurrency: PARALLEL,
    });
    return folder;
  }

  #explain(queue: WorkQueue): void {
    const { config, registry, hotTable, notify } = this.#props;
    const explainer = new ObservedFunction(this, 'DiagnoseIncident', {
      entry: 'diagnose-incident',
      description: 'Ranks the likely causes of an incident',
      config,
      notify,
      memoryMb: 1024,
      timeout: EXPLAIN_TIMEOUT,
      failure: SEEN,
      environment: {
        HOT_TABLE_NAME: hotTable.table.tableName,
        REGISTRY_TABLE_NAME: registry.table.tableName,
      },
    });
    registry.grantGet(explainer);
    registry.grantList(explainer);
    registry.grantStoreCauses(explainer);
    hotTable.grantRead(explainer);
    // A growing incident is announced again and again; those that come together are explained once.
    queue.feed(explainer, {
      batchSize: 20,
      maxBatchingWindow: Duration.seconds(2),
      maxConcurrency: PARALLEL,
    });
  }
}
