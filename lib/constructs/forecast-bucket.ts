import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';
import { PrivateBucket } from './private-bucket.ts';

export interface ForecastBucketProps {
  readonly config: StageConfig;
}

/** Working files of each run, and every forecast ever issued, kept to be scored against what happened. */
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
      ],
    });
  }

  grantWriteRunFiles(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'runs');
  }

  grantReadRunFiles(reader: ObservedFunction): void {
    this.store.grantGet(reader, 'runs');
  }

  grantArchive(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'forecasts');
  }
}
