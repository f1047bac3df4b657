import { AttributeType, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ContextTable, type TableProps } from '../platform/context-table.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

const BY_RISK = 'byRisk';

/** The newest forecast of each target, predicted breaches, interventions, runs, and claims on runs. */
export class ForecastTable extends Construct {
  readonly store: ContextTable;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.store = new ContextTable(this, 'Store', {
      config,
      variable: 'FORECASTS_TABLE_NAME',
      indexes: [
        {
          indexName: BY_RISK,
          partitionKey: { name: 'riskPk', type: AttributeType.STRING },
          sortKey: { name: 'risk', type: AttributeType.NUMBER },
          projectionType: ProjectionType.ALL,
        },
      ],
    });
  }

  /** Read the newest forecast of a target: all its parts. */
  grantReadForecasts(reader: ObservedFunction): void {
    this.store.grant(reader, 'Query');
  }

  /** Replace the forecast of a target, and its predicted breaches, by those of a newer run. */
  grantReplaceForecasts(writer: ObservedFunction): void {
    this.store.grant(writer, 'Query', 'PutItem', 'DeleteItem');
  }

  /** Tell the forecasts of an intervention. */
  grantRecordInterventions(writer: ObservedFunction): void {
    this.store.grant(writer, 'PutItem');
  }

  /** List predicted breaches. */
  grantListByRisk(reader: ObservedFunction): void {
    this.store.grantQueryIndex(reader, BY_RISK);
  }

  /** Get and list runs. */
  grantReadRuns(reader: ObservedFunction): void {
    this.store.grant(reader, 'GetItem', 'Query');
  }

  /** Open runs. */
  grantOpenRuns(writer: ObservedFunction): void {
    this.store.grant(writer, 'PutItem');
  }

  /** Claim an idempotency key for a run, or find the run that has it; find, open and close runs. */
  grantRecordRuns(writer: ObservedFunction): void {
    this.store.grant(writer, 'GetItem', 'PutItem');
  }
}
