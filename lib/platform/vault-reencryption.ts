import { CfnOutput, Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { ObservedFunction } from './observed-function.ts';
import type { SecretStore } from './secret-store.ts';

export interface VaultReencryptionProps {
  readonly config: StageConfig;
  readonly vault: NonNullable<SecretStore['vault']>;
  readonly notify: ITopic;
  readonly deadLetters: DeadLetterQueue;
}

/**
 * Re-encrypts the vault every day. It does nothing unless its secret rotated since, and the next rotation is refused while
 * records depend on the version that it would retire.
 */
export class VaultReencryption extends Construct {
  constructor(scope: Construct, id: string, { config, vault, notify, deadLetters }: VaultReencryptionProps) {
    super(scope, id);
    const worker = new ObservedFunction(this, 'ReencryptVault', {
      entry: 'reencrypt-vault',
      description: 'Wraps the keys of personal data with the current version of the secret',
      ...{ config, notify, memoryMb: 256, timeout: Duration.minutes(5) },
      failure: {
        impact: 'Personal data is readable, but stays encrypted with the previous version of its secret.',
        runbook: 'Rotate the secret of the vault',
        coveredBy: 'the alarm on the check of secrets, because the next rotation is refused',
      },
      asynchronous: { deadLetters, maxAge: Duration.hours(1) },
    });
    vault.table.grantReencrypt(worker);
    worker.fn.addEnvironment('VAULT_SECRET_ARN', vault.secret.secretArn);
    worker.allow(
      ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      [vault.secret.secretArn],
    );
    new FunctionSchedule(this, 'Schedule', {
      description: 'Re-encrypts the vault after its secret rotated',
      schedule: ScheduleExpression.cron({ minute: '50', hour: '4' }),
      starts: worker,
      maxAgeSeconds: 3600,
      deadLetters,
    });
    new CfnOutput(this, 'FunctionName', { value: worker.fn.functionName }).overrideLogicalId(
      'ReencryptVaultFunctionName',
    );
  }
}
