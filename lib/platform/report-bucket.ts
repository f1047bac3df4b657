import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';
import { PrivateBucket } from './private-bucket.ts';

export interface ReportBucketProps {
  readonly config: StageConfig;
}

/** Long enough for a yearly audit. */
const REPORT_DAYS = 400;

/** Reports of drills. */
export class ReportBucket extends Construct {
  readonly store: PrivateBucket;

  constructor(scope: Construct, id: string, { config }: ReportBucketProps) {
    super(scope, id);
    this.store = new PrivateBucket(this, 'Store', {
      config,
      // Objects are written once, under the names of their drills.
      versioned: false,
      lifecycle: [{ id: 'secret-drills', prefix: 'secret-drills/', expiration: Duration.days(REPORT_DAYS) }],
    });
  }

  grantWriteDrills(writer: ObservedFunction): void {
    this.store.grantPut(writer, 'secret-drills');
  }
}
