import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import { PrivateBucket } from '../platform/private-bucket.ts';

export interface ModelBucketProps {
  readonly config: StageConfig;
}

/** What a model learned from can be read again for longer than a year. */
const SNAPSHOT_DAYS = 400;
const NONCURRENT_DAYS = 30;

/** Files of models and the public keys that verify them, which are kept, and the snapshots that trainings learned from. */
export class ModelBucket extends Construct {
  readonly store: PrivateBucket;

  constructor(scope: Construct, id: string, { config }: ModelBucketProps) {
    super(scope, id);
    const noncurrentVersionExpiration = Duration.days(NONCURRENT_DAYS);
    this.store = new PrivateBucket(this, 'Store', {
      config,
      // A model that serves cannot be restored from elsewhere.
      versioned: true,
      lifecycle: [
        {
          ...{ id: 'snapshots', prefix: 'snapshots/', noncurrentVersionExpiration },
          expiration: Duration.days(SNAPSHOT_DAYS),
        },
        { id: 'models', prefix: 'models/', noncurrentVersionExpiration },
      ],
    });
  }

  /** Store the series that a training learns from. */
  grantTakeSnapshots(writer: ObservedFunction): void {
    this.#name(writer);
    this.store.grantPut(writer, 'snapshots');
  }

  grantReadSnapshots(reader: ObservedFunction): void {
    this.#name(reader);
    this.store.grantGet(reader, 'snapshots');
  }

  /** Store the files of trained models, and read them again. */
  grantStoreModels(writer: ObservedFunction): void {
    this.#name(writer);
    this.store.grantPut(writer, 'models');
    this.store.grantGet(writer, 'models');
  }

  /** Publish the key of a signature. Whoever may do so decides which models are loaded. */
  grantTrust(signer: ObservedFunction): void {
    this.#name(signer);
    this.store.grantPut(signer, 'keys');
  }

  /** Read the keys that verify signatures. */
  grantVerify(reader: ObservedFunction): void {
    this.#name(reader);
    this.store.grantGet(reader, 'keys');
  }

  #name(user: ObservedFunction): void {
    user.fn.addEnvironment('MODEL_BUCKET_NAME', this.store.bucket.bucketName);
  }
}
