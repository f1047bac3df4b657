import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import { PrivateBucket } from '../platform/private-bucket.ts';

export interface DecisionBucketProps {
  readonly config: StageConfig;
}

/** 30 days longer than the decisions that the objects prove (`core/remediation/retention.ts`). */
const KEPT_DAYS = 460;

/** Inputs of decisions, and the anchors of their chains: written once, and locked if the stage says so. */
export class DecisionBucket extends Construct {
  readonly store: PrivateBucket;

  constructor(scope: Construct, id: string, { config }: DecisionBucketProps) {
    super(scope, id);
    const lock = config.decisionLock;
    const days = Math.max(KEPT_DAYS, (lock?.days ?? 0) + 1);
    const expire = (prefix: string) => ({
      ...{ id: prefix, prefix: `${prefix}/`, expiration: Duration.days(days) },
      ...(lock === undefined ? {} : { noncurrentVersionExpiration: Duration.days(1) }),
    });
    this.store = new PrivateBucket(this, 'Store', {
      ...{ config, lock, versioned: false },
      lifecycle: [expire('inputs'), expire('anchors')],
    });
  }

  /** Record the inputs of decisions. */
  grantRecordInputs(writer: ObservedFunction): void {
    this.#name(writer);
    this.store.grantPut(writer, 'inputs');
    this.store.grantGet(writer, 'inputs');
  }

  /** Read the inputs of decisions. */
  grantReadInputs(reader: ObservedFunction): void {
    this.#name(reader);
    this.store.grantGet(reader, 'inputs');
  }

  /** Read the anchors of chains, and write new ones. */
  grantAnchor(writer: ObservedFunction): void {
    this.#name(writer);
    this.store.grantPut(writer, 'anchors');
    this.store.grantGet(writer, 'anchors');
  }

  #name(user: ObservedFunction): void {
    user.fn.addEnvironment('DECISION_BUCKET_NAME', this.store.bucket.bucketName);
  }
}
