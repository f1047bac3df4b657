import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import * as z from 'zod';
import type { ObjectLock, StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface PrivateBucketProps {
  readonly config: StageConfig;
  readonly lifecycle: readonly LifecycleRule[];
  /**
   * Keeps old versions: for objects that cannot be restored from elsewhere. Ignored by a stage that keeps no data:
   * `aws s3 rm` does not delete old versions, and a bucket with any cannot be deleted.
   */
  readonly versioned: boolean;
  /** Keeps every version undeletable for a time, whoever tries in mode `compliance`. Cannot be added to a bucket later. */
  readonly lock?: ObjectLock | undefined;
}

const ImportedValue = z.object({ 'Fn::ImportValue': z.string() });

/** A bucket without public access that requires TLS. */
export class PrivateBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { lock, config } = props;
    const { retainData } = config;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: lock !== undefined || (props.versioned && retainData),
      ...(lock === undefined
        ? {}
        : { objectLockEnabled: true, objectLockDefaultRetention: retentionOf(lock) }),
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, ...props.lifecycle],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason:
        'Access logs would cost more than the objects; CloudTrail data events can be enabled for an audit.',
    });
  }

  grantPut(writer: ObservedFunction, prefix: string): void {
    this.#allowObjects(writer, 's3:PutObject', prefix);
  }

  /** Grants getting objects. Includes listing: without it, S3 answers "access denied" for a missing key. */
  grantGet(reader: ObservedFunction, prefix: string): void {
    this.#allowObjects(reader, 's3:GetObject', prefix);
    this.grantList(reader, prefix);
  }

  grantList(reader: ObservedFunction, prefix: string): void {
    reader.allow(['s3:ListBucket'], [this.bucket.bucketArn], { StringLike: { 's3:prefix': `${prefix}/*` } });
  }

  #allowObjects(user: ObservedFunction, action: string, prefix: string): void {
    user.allow([action], [this.bucket.arnForObjects(`${prefix}/*`)]);
    Validations.of(user).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${exportName(this.bucket)}/${prefix}/*]`,
      reason: 'Objects under one prefix of one bucket; their keys are not known in advance.',
    });
  }
}

const retentionOf = ({ mode, days }: ObjectLock): ObjectLockRetention =>
  mode === 'compliance'
    ? ObjectLockRetention.compliance(Duration.days(days))
    : ObjectLockRetention.governance(Duration.days(days));

/** The export name of the bucket's ARN; cdk-nag identifies its findings by it. */
const exportName = (bucket: Bucket): string => {
  const stack = Stack.of(bucket);
  const imported: unknown = stack.resolve(stack.exportValue(bucket.bucketArn));
  return ImportedValue.parse(imported)['Fn::ImportValue'];
};
