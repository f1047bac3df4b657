import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ForecastBucket } from '../forecasts/forecast-bucket.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import type { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { FunctionSchedule } from '../platform/function-schedule.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import type { AnomalyTable } from './anomaly-table.ts';

export interface PeerComparisonProps {
  readonly config: StageConfig;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly anomalies: AnomalyTable;
  readonly forecastBucket: ForecastBucket;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
  /** Shared with anomaly detection: an alarm of its own would double the idle cost of this construct. */
  readonly deadLetters: DeadLetterQueue;
}

const MEANING = {
  impact: 'Some targets are not compared with their peers, so departures are not announced.',
  runbook: 'Peers are not compared',
  coveredBy: 'dead letters of anomaly detection',
};
/** Minutes between two comparisons; the cost model counts them, too. */
export const PEER_COMPARISON_MINUTES = 5;
/** The next scheduled comparison covers what was not done by then. */
const MAX_AGE = Duration.minutes(30);

/**
 * Compares targets with their peers every five minutes. The schedule invokes the planner, which invokes the comparer
 * asynchronously for each group. In between, nothing runs or polls.
 */
export class PeerComparison extends Construct {
  readonly planner: ObservedFunction;
  readonly comparer: ObservedFunction;
  readonly #props: PeerComparisonProps;

  constructor(scope: Construct, id: string, props: PeerComparisonProps) {
    super(scope, id);
    this.#props = props;
    this.comparer = this.#comparer();
    this.planner = this.#planner();
    new FunctionSchedule(this, 'Schedule', {
      description: 'Compares targets with their peers',
      // One minute after the agents push, so that their points are stored.
      schedule: ScheduleExpression.cron({ minute: `1/${PEER_COMPARISON_MINUTES}` }),
      starts: this.planner,
      maxAgeSeconds: PEER_COMPARISON_MINUTES * 60,
      deadLetters: props.deadLetters,
    });
  }

  #comparer(): ObservedFunction {
    const { config, notify, settings, blocks, anomalies, forecastBucket, bus, deadLetters } = this.#props;
    const comparer = new ObservedFunction(this, 'ComparePeers', {
      entry: 'compare-peers',
      traced: true,
      description: 'Compares one group of targets with each other',
      config,
      notify,
      memoryMb: 1024,
      timeout: Duration.minutes(5),
      failure: MEANING,
      asynchronous: { deadLetters, maxAge: MAX_AGE },
      environment: {
        FORECAST_BUCKET_NAME: forecastBucket.store.bucket.bucketName,
        EVENT_BUS_NAME: bus.bus.eventBusName,
      },
    });
    settings.grantGet(comparer);
    blocks.grantGet(comparer);
    anomalies.grantRecord(comparer);
    anomalies.grantList(comparer);
    forecastBucket.grantKeepPeers(comparer);
    bus.grantPublish(comparer);
    return comparer;
  }

  #planner(): ObservedFunction {
    const { config, notify, targets, deadLetters } = this.#props;
    const planner = new ObservedFunction(this, 'PlanPeerComparison', {
      entry: 'plan-peer-comparison',
      traced: true,
      description: 'Groups targets of one kind and starts the comparison of each group',
      config,
      notify,
      memoryMb: 256,
      timeout: Duration.minutes(2),
      failure: MEANING,
      asynchronous: { deadLetters, maxAge: MAX_AGE },
      environment: {
        COMPARE_PEERS_FUNCTION_NAME: this.comparer.fn.functionName,
      },
    });
    targets.grantList(planner);
    planner.allow(['lambda:InvokeFunction'], [this.comparer.fn.functionArn]);
    return planner;
  }
}
