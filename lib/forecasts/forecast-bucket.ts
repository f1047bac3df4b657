import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import { PrivateBucket } from '../platform/private-bucket.ts';

/** The state of a peer group that was not compared for this time is deleted. */
const GONE_DAYS = 14;

export interface ForecastBucketProps {
  readonly config: StageConfig;
}

/** Working files of runs, what was learned of targets and peer groups, all issued forecasts, and how they did. */
export class ForecastBucket extends Construct {
  readonly store: PrivateBucket;

  constructor(scope: Construct, id: string, props: ForecastBucketProps) {
    super(scope, id);
    const { runFilesRetentionDays, forecastRetentionDays, hotRetentionDays } = props.config;
    const noncurrentVersionExpiration = Duration.days(7);
    this.store = new PrivateBucket(this, 'Store', {
      config: props.config,
      // A lost forecast cannot be reproduced.
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
          // Replaced every hour for a day and a half.
          id: 'scores',
          prefix: 'scores/',
          expiration: Duration.days(forecastRetentionDays),
          noncurrentVersionExpiration: Duration.days(1),
        },
        {
          // Written every hour while the group exists, and re-learned from blocks if lost.
          id: 'peers',
          prefix: 'peers/',
          expiration: Duration.days(GONE_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
        },
        {
          // Written every hour while the target reports, and re-learned from blocks if lost: expires with these blocks.
          id: 'detectors',
          prefix: 'detectors/',
          expiration: Duration.days(hotRetentionDays),
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

  /** Read and replace the learned state of peer groups. */
  grantKeepPeers(keeper: ObservedFunction): void {
    this.store.grantGet(keeper, 'peers');
    this.store.grantPut(keeper, 'peers');
  }

  /** Read and replace the states of detectors. */
  grantKeepDetectors(keeper: ObservedFunction): void {
    this.grantReadDetectors(keeper);
    this.store.grantPut(keeper, 'detectors');
  }

  grantReadDetectors(reader: ObservedFunction): void {
    this.store.grantGet(reader, 'detectors');
  }

  grantArchive(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'forecasts');
  }

  /** Read forecasts of earlier runs. */
  grantReadArchive(reader: ObservedFunction): void {
    this.store.grantGet(reader, 'forecasts');
  }

  /** Read how forecasts did, day by day. */
  grantReadScores(reader: ObservedFunction): void {
    this.store.grantGet(reader, 'scores');
  }

  /** Read and replace how forecasts did. */
  grantKeepScores(keeper: ObservedFunction): void {
    this.grantReadScores(keeper);
    this.store.grantPut(keeper, 'scores');
  }
}
