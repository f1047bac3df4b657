import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ForecastBucket } from '../forecasts/forecast-bucket.ts';
import { RawBucket } from '../metrics/raw-bucket.ts';
import { AlarmTopic } from '../platform/alarm-topic.ts';
import { HotTable } from '../platform/hot-table.ts';
import { RegistryTable } from '../platform/registry-table.ts';

export interface DataStackProps extends StackProps {
  readonly config: StageConfig;
}

export interface DataStores {
  readonly hotTable: HotTable;
  readonly registry: RegistryTable;
  readonly rawBucket: RawBucket;
  readonly forecastBucket: ForecastBucket;
}

/** What outlives a deployment: tables, buckets, and who is told of alarms. Every other stack refers to this one. */
export class DataStack extends Stack {
  readonly stores: DataStores;
  readonly alarmTopic: AlarmTopic;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    const { config } = props;
    this.stores = {
      hotTable: new HotTable(this, 'HotTable', { config }),
      registry: new RegistryTable(this, 'RegistryTable', { config }),
      rawBucket: new RawBucket(this, 'RawBucket', { config }),
      forecastBucket: new ForecastBucket(this, 'ForecastBucket', { config }),
    };
    this.alarmTopic = new AlarmTopic(this, 'Alarms', { config });
    const { hotTable, registry, rawBucket, forecastBucket } = this.stores;
    new CfnOutput(this, 'HotTableName', { value: hotTable.table.tableName });
    new CfnOutput(this, 'RegistryTableName', { value: registry.table.tableName });
    new CfnOutput(this, 'RawBucketName', { value: rawBucket.store.bucket.bucketName });
    new CfnOutput(this, 'ForecastBucketName', { value: forecastBucket.store.bucket.bucketName });
  }
}
