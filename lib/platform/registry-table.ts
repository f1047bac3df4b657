import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface RegistryTableProps {
  readonly config: StageConfig;
}

const BY_RISK = 'byRisk';

/** Tenants, targets, runs, predicted breaches, anomalies, incidents, settings, API key hashes and quotas: small, and not to be had from elsewhere. */
export class RegistryTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, props: RegistryTableProps) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: props.config.retainData,
      removalPolicy: props.config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      globalSecondaryIndexes: [
        {
          indexName: BY_RISK,
          partitionKey: { name: 'riskPk', type: AttributeType.STRING },
          sortKey: { name: 'risk', type: AttributeType.NUMBER },
          projectionType: ProjectionType.ALL,
        },
      ],
    });
  }

  /** Find the tenant behind a key. */
  grantAuthenticate(reader: ObservedFunction): void {
    this.#allow(reader, 'GetItem');
  }

  /** Take points from a tenant's quota of the minute. */
  grantMeter(writer: ObservedFunction): void {
    this.#allow(writer, 'UpdateItem');
  }

  grantIssueKeys(writer: ObservedFunction): void {
    this.#allow(writer, 'PutItem');
  }

  /** Merge what a batch of points tells about its targets, and list their tenant. */
  grantRecordTargets(writer: ObservedFunction): void {
    this.#allow(writer, 'BatchGetItem', 'PutItem');
  }

  /** List tenants, targets or runs. */
  grantList(reader: ObservedFunction): void {
    this.#allow(reader, 'Query');
  }

  grantGet(reader: ObservedFunction): void {
    this.#allow(reader, 'GetItem');
  }

  grantListByRisk(reader: ObservedFunction): void {
    reader.allow(['dynamodb:Query'], [`${this.table.tableArn}/index/${BY_RISK}`]);
  }

  /** Open and close runs, and claim an idempotency key for one. */
  grantRecordRuns(writer: ObservedFunction): void {
    this.#allow(writer, 'PutItem');
  }

  /** Make a target's stored breaches exactly those of the newest run. */
  grantReplaceBreaches(writer: ObservedFunction): void {
    this.#allow(writer, 'Query', 'PutItem', 'DeleteItem');
  }

  /** Record anomalies, find those already recorded, and mark them as announced. */
  grantRecordAnomalies(writer: ObservedFunction): void {
    this.#allow(writer, 'GetItem', 'PutItem', 'UpdateItem');
  }

  /** Replace a tenant's settings under the condition that nobody else did meanwhile. */
  grantReplaceSettings(writer: ObservedFunction): void {
    this.#allow(writer, 'PutItem');
  }

  /** Read a tenant's incidents and what they depend on, write them together, and forget what has been told. */
  grantWriteIncidents(writer: ObservedFunction): void {
    this.#allow(writer, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
  }

  /** Store what was found of an incident's causes, and what it teaches. */
  grantStoreCauses(writer: ObservedFunction): void {
    this.#allow(writer, 'PutItem');
  }

  /** Read a change, and write it with its list entry and what it teaches. */
  grantWriteChanges(writer: ObservedFunction): void {
    this.#allow(writer, 'GetItem', 'PutItem');
  }

  /** Read changes and those around them, and write one. */
  grantRecordChanges(writer: ObservedFunction): void {
    this.#allow(writer, 'GetItem', 'Query', 'PutItem');
  }

  /** Read a tenant's incidents. */
  grantReadIncidents(reader: ObservedFunction): void {
    this.#allow(reader, 'GetItem', 'BatchGetItem');
  }

  #allow(user: ObservedFunction, ...operations: readonly string[]): void {
    user.allow(
      operations.map((operation) => `dynamodb:${operation}`),
      [this.table.tableArn],
    );
  }
}
