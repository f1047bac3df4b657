import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AnomalyTable } from '../anomalies/anomaly-table.ts';
import { ChangeTable } from '../changes/change-table.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { ForecastBucket } from '../forecasts/forecast-bucket.ts';
import { ForecastTable } from '../forecasts/forecast-table.ts';
import { IncidentTable } from '../incidents/incident-table.ts';
import { BlockTable } from '../metrics/block-table.ts';
import { RawBucket } from '../metrics/raw-bucket.ts';
import { TargetTable } from '../metrics/target-table.ts';
import { AlarmTopic } from '../platform/alarm-topic.ts';
import { ApiKeyTable } from '../platform/api-key-table.ts';
import { CustomerKey } from '../platform/customer-key.ts';
import { ReportBucket } from '../platform/report-bucket.ts';
import { RequestTable } from '../platform/request-table.ts';
import { RoleBoundary } from '../platform/role-boundary.ts';
import { type RotatedSecret, SecretStore } from '../platform/secret-store.ts';
import { SettingsTable } from '../platform/settings-table.ts';
import { SignIn } from '../platform/sign-in.ts';
import { VaultTable } from '../platform/vault-table.ts';
import { actionRolePath } from '../remediation/action-roles.ts';
import { DecisionBucket } from '../remediation/decision-bucket.ts';
import { RemediationTable } from '../remediation/remediation-table.ts';
import { stageCeiling } from '../remediation/stage-ceiling.ts';

export interface DataStackProps extends StackProps {
  readonly config: StageConfig;
}

export interface DataStores {
  readonly apiKeys: ApiKeyTable;
  readonly secrets: SecretStore;
  readonly signIn: SignIn;
  readonly settings: SettingsTable;
  readonly requests: RequestTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly forecasts: ForecastTable;
  readonly anomalies: AnomalyTable;
  readonly incidents: IncidentTable;
  readonly changes: ChangeTable;
  readonly remediations: RemediationTable;
  readonly rawBucket: RawBucket;
  readonly forecastBucket: ForecastBucket;
  readonly reports: ReportBucket;
  readonly decisions: DecisionBucket;
}

/** Resources that outlive a deployment: tables, buckets, secrets, the topic of alarms, and the boundaries of all roles. Every other stack refers to this one. */
export class DataStack extends Stack {
  readonly stores: DataStores;
  readonly alarmTopic: AlarmTopic;
  readonly roleBoundary: RoleBoundary;
  /** Only with `encryption: 'customer-key'`. */
  readonly customerKey: CustomerKey | undefined;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    const { config } = props;
    this.customerKey =
      config.encryption === 'customer-key' ? new CustomerKey(this, 'CustomerKey', { config }) : undefined;
    const vaultTable = config.secrets.vault ? new VaultTable(this, 'Vault', { config }) : undefined;
    this.stores = {
      apiKeys: new ApiKeyTable(this, 'ApiKeys', { config }),
      secrets: new SecretStore(this, 'Secrets', { config, vaultTable }),
      signIn: new SignIn(this, 'SignIn', { config }),
      settings: new SettingsTable(this, 'Settings', { config }),
      requests: new RequestTable(this, 'Requests', { config }),
      blocks: new BlockTable(this, 'Blocks', { config }),
      targets: new TargetTable(this, 'Targets', { config }),
      forecasts: new ForecastTable(this, 'Forecasts', { config }),
      anomalies: new AnomalyTable(this, 'Anomalies', { config }),
      incidents: new IncidentTable(this, 'Incidents', { config }),
      changes: new ChangeTable(this, 'Changes', { config }),
      remediations: new RemediationTable(this, 'Remediations', { config }),
      rawBucket: new RawBucket(this, 'RawBucket', { config }),
      forecastBucket: new ForecastBucket(this, 'ForecastBucket', { config }),
      reports: new ReportBucket(this, 'ReportBucket', { config }),
      decisions: new DecisionBucket(this, 'DecisionBucket', { config }),
    };
    // After the stores, which it lists.
    this.roleBoundary = new RoleBoundary(this, 'RoleBoundary', {
      ...{ config, customerKey: this.customerKey },
      assumablePath: stageCeiling(config).actions.length > 0 ? actionRolePath(config.stage) : undefined,
    });
    this.alarmTopic = new AlarmTopic(this, 'Alarms', { config });
    const { secrets, signIn, apiKeys, requests, blocks, targets, rawBucket, forecastBucket } = this.stores;
    const arnsOf = (kind: RotatedSecret['kind']) =>
      secrets.rotated.filter((each) => each.kind === kind).map(({ secret }) => secret.secretArn);
    new CfnOutput(this, 'SigningSecretArn', { value: arnsOf('signing').join(',') });
    const integrations = arnsOf('integration');
    if (integrations.length > 0)
      new CfnOutput(this, 'IntegrationSecretArns', { value: integrations.join(',') });
    if (secrets.vault) new CfnOutput(this, 'VaultSecretArn', { value: secrets.vault.secret.secretArn });
    new CfnOutput(this, 'UserPoolId', { value: signIn.pool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: signIn.client.userPoolClientId });
    new CfnOutput(this, 'ApiKeysTableName', { value: apiKeys.store.table.tableName });
    new CfnOutput(this, 'RequestsTableName', { value: requests.store.table.tableName });
    new CfnOutput(this, 'BlocksTableName', { value: blocks.store.table.tableName });
    new CfnOutput(this, 'TargetsTableName', { value: targets.store.table.tableName });
    new CfnOutput(this, 'RawBucketName', { value: rawBucket.store.bucket.bucketName });
    const { reports, decisions } = this.stores;
    new CfnOutput(this, 'ReportBucketName', { value: reports.store.bucket.bucketName });
    const { remediations } = this.stores;
    new CfnOutput(this, 'RemediationsTableName', { value: remediations.store.table.tableName });
    new CfnOutput(this, 'DecisionBucketName', { value: decisions.store.bucket.bucketName });
    new CfnOutput(this, 'ForecastBucketName', { value: forecastBucket.store.bucket.bucketName });
  }
}
