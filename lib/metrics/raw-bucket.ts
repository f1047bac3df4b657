import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import { PrivateBucket } from '../platform/private-bucket.ts';

export interface RawBucketProps {
  readonly config: StageConfig;
}

/** Payloads exactly as received; unusable ones under `quarantine/`, each with the reason. */
export class RawBucket extends Construct {
  readonly store: PrivateBucket;

  constructor(scope: Construct, id: string, props: RawBucketProps) {
    super(scope, id);
    const { rawRetentionDays, quarantineRetentionDays } = props.config;
    this.store = new PrivateBucket(this, 'Store', {
      config: props.config,
      // Objects are written once, under unique keys.
      versioned: false,
      lifecycle: [
        { id: 'raw', prefix: 'raw/', expiration: Duration.days(rawRetentionDays) },
        { id: 'quarantine', prefix: 'quarantine/', expiration: Duration.days(quarantineRetentionDays) },
      ],
    });
  }

  grantKeepPayloads(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'raw');
  }

  grantReadPayloads(reader: ObservedFunction): void {
    this.store.grantGet(reader, 'raw');
  }

  grantListQuarantine(reader: ObservedFunction): void {
    this.store.grantList(reader, 'quarantine');
  }

  grantQuarantine(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'quarantine');
  }
}
