import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import { PrivateBucket } from '../platform/private-bucket.ts';

/** A group of peers that was not compared for so long is gone. */
const GONE_DAYS = 14;

export interface ForecastBucketProps {
  readonly config: StageConfig;
}

/** Working files of each run, what is known of groups of peers, and every forecast ever issued, kept to be scored against what happened. */
export class ForecastBucket extends Construct {
  readonly store: PrivateBucket;

  constructor(scope: Construct, id: string, props: ForecastBucketProps) {
    super(scope, id);
    const { runFilesRetentionDays, forecastRetentionDays } = props.config;
    const noncurrentVersionExpiration = Duration.days(7);
    this.store = new PrivateBucket(this, 'Store', {
      config: props.config,
      // A forecast cannot be issued again: what was known at the time is gone.
      versioned: true,
      lifecycle: [
        {
          id: 'runs',
          prefix: 'runs/',
          expiration: Duration.days(runFilesRetentionDays),
          noncurrentVersionExpiration,
        },
        {
          id: 'forecasts',
          prefix: 'forecasts/',
          expiration: Duration.days(forecastRetentionDays),
          noncurrentVersionExpiration,
        },
        {
          // Written every hour while its group lives, and learned anew from blocks when lost.
          id: 'peers',
          prefix: 'peers/',
          expiration: Duration.days(GONE_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
    });
  }

  grantWriteRunFiles(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'runs');
  }

  grantReadRunFiles(reader: ObservedFunction): void {
    this.store.grantGet(reader, 'runs');
  }

  /** Read and replace what is known of groups of peers. */
  grantKeepPeers(keeper: ObservedFunction): void {
    this.store.grantGet(keeper, 'peers');
    this.store.grantPut(keeper, 'peers');
  }

  grantArchive(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'forecasts');
  }
}
