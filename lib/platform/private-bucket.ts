import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import * as z from 'zod';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface PrivateBucketProps {
  readonly config: StageConfig;
  readonly lifecycle: readonly LifecycleRule[];
  /** Where an overwritten or deleted object could not be had back from elsewhere. */
  readonly versioned: boolean;
}

const ImportedValue = z.object({ 'Fn::ImportValue': z.string() });

/** A bucket that nobody outside the account can read, that takes TLS only and tells EventBridge of its objects. */
export class PrivateBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { retainData } = props.config;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: props.versioned,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, ...props.lifecycle],
    });
    // The `eventBridgeEnabled` property would bring a Python function of CDK's own; the resource can do it by itself.
    (this.bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason:
        'Access logs would cost more than the objects; CloudTrail data events serve an audit when one is needed.',
    });
  }

  grantPut(writer: ObservedFunction, prefix: string): void {
    this.#allowObjects(writer, 's3:PutObject', prefix);
  }

  /** Get objects, and learn that one is missing: without listing, S3 answers a missing key with "access denied". */
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
      reason: 'Objects under one prefix of one bucket: their keys are not known beforehand.',
    });
  }
}

/** The name under which other stacks import the bucket's ARN: cdk-nag identifies its findings by it. */
const exportName = (bucket: Bucket): string => {
  const stack = Stack.of(bucket);
  const imported: unknown = stack.resolve(stack.exportValue(bucket.bucketArn));
  return ImportedValue.parse(imported)['Fn::ImportValue'];
};
