import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import { WorkQueue } from '../platform/work-queue.ts';
import type { BlockTable } from './block-table.ts';
import type { RawBucket } from './raw-bucket.ts';
import type { TargetTable } from './target-table.ts';

export interface IngestPipelineProps {
  readonly config: StageConfig;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly rawBucket: RawBucket;
  readonly notify: ITopic;
}

const TIMEOUT = Duration.seconds(60);

/** The queue of pointers to raw payloads, and the function that merges the payloads into hour blocks. */
export class IngestPipeline extends Construct {
  readonly queue: WorkQueue;

  constructor(scope: Construct, id: string, props: IngestPipelineProps) {
    super(scope, id);
    const meaning = {
      impact: 'Accepted metrics are not stored, so forecasts are based on old data.',
      runbook: 'Accepted metrics are not stored',
    };
    this.queue = new WorkQueue(this, 'Queue', {
      consumerTimeout: TIMEOUT,
      undeliverable: meaning,
      notify: props.notify,
    });
    const store = new ObservedFunction(this, 'StoreMetrics', {
      entry: 'store-metrics',
      traced: true,
      description: 'Merges raw payloads into one block per target and hour',
      config: props.config,
      notify: props.notify,
      memoryMb: 1024,
      timeout: TIMEOUT,
      failure: { ...meaning, coveredBy: 'dead letters of the ingest queue' },
      environment: {
        RAW_BUCKET_NAME: props.rawBucket.store.bucket.bucketName,
        HOT_RETENTION_DAYS: String(props.config.hotRetentionDays),
      },
    });
    props.rawBucket.grantReadPayloads(store);
    props.rawBucket.grantQuarantine(store);
    props.blocks.grantMerge(store);
    props.targets.grantRecord(store);
    this.queue.feed(store, {
      // A payload may hold 25,000 points; a larger batch could exceed the timeout.
      batchSize: 10,
      maxBatchingWindow: Duration.seconds(2),
      maxConcurrency: props.config.storeConcurrency,
    });
  }
}
