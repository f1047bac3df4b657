import { Duration, Stack } from 'aws-cdk-lib';
import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ActionableAlarm } from './actionable-alarm.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DomainEventBus } from './event-bus.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { ObservedFunction, type ObservedFunctionProps } from './observed-function.ts';
import { outcomeMetric } from './outcome-metric.ts';
import type { RequestTable } from './request-table.ts';
import { rotationTargets, type SecretStore } from './secret-store.ts';
import { VaultReencryption } from './vault-reencryption.ts';

export interface SecretRotationProps {
  readonly config: StageConfig;
  readonly secrets: SecretStore;
  readonly bus: DomainEventBus;
  /** Has the states of the circuit breakers of integrations. */
  readonly requests: RequestTable;
  readonly notify: ITopic;
  /** Shared with anomaly detection: an alarm of its own would double the idle cost of the check. */
  readonly deadLetters: DeadLetterQueue;
}

/** Hours between two checks; the cost model counts them, too. */
export const SECRET_CHECK_HOURS = 12;
/** Secrets Manager tries a rotation again within this window. */
const ROTATION_WINDOW = '4h';

const MEANING = {
  impact: 'A secret does not rotate, or it is not known whether it does. Requests are not affected yet.',
  runbook: 'Secrets are not rotated',
};

/** Rotates every secret, and checks twice a day that the rotations succeed. */
export class SecretRotation extends Construct {
  readonly rotator: ObservedFunction;
  readonly checker: ObservedFunction;
  readonly #props: SecretRotationProps;

  constructor(scope: Construct, id: string, props: SecretRotationProps) {
    super(scope, id);
    this.#props = props;
    this.rotator = this.#makeRotator();
    this.checker = this.#makeChecker();
    if (props.secrets.vault) new VaultReencryption(this, 'Vault', { ...props, vault: props.secrets.vault });
    this.#scheduleRotations();
    this.#watch();
  }

  #function(id: string, props: Pick<ObservedFunctionProps, 'entry' | 'description' | 'asynchronous'>) {
    const { config, notify, secrets } = this.#props;
    return new ObservedFunction(this, id, {
      ...props,
      ...{ config, notify, memoryMb: 256, timeout: Duration.seconds(60) },
      environment: { ROTATION_TARGETS: rotationTargets(Stack.of(this), secrets.rotated) },
      failure: { ...MEANING, coveredBy: 'the alarm on the check of secrets' },
    });
  }

  #makeRotator(): ObservedFunction {
    const { config, secrets, bus, requests } = this.#props;
    const rotator = this.#function('RotateSecret', {
      entry: 'rotate-secret',
      description: 'Executes one step of the rotation of a secret',
    });
    rotator.fn.addEnvironment('OWN_TENANT_ID', config.ownTenant);
    rotator.fn.addEnvironment('EVENT_BUS_NAME', bus.bus.eventBusName);
    bus.grantPublish(rotator);
    requests.grantBreakers(rotator);
    secrets.vault?.table.grantFindSealed(rotator);
    const actions = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'];
    rotator.allow(
      actions.map((action) => `secretsmanager:${action}`),
      secrets.rotated.map(({ secret }) => secret.secretArn),
    );
    return rotator;
  }

  #scheduleRotations(): void {
    const { config, secrets } = this.#props;
    const permission = {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    };
    this.rotator.fn.addPermission('SecretsManager', permission);
    for (const { name, secret } of secrets.rotated) {
      const schedule = new CfnRotationSchedule(this, `Rotation-${name}`, {
        secretId: secret.secretArn,
        rotationLambdaArn: this.rotator.fn.functionArn,
        rotateImmediatelyOnUpdate: false,
        rotationRules: {
          scheduleExpression: `rate(${config.secrets.rotationDays} days)`,
          duration: ROTATION_WINDOW,
        },
      });
      // Secrets Manager checks that it may invoke the function.
      schedule.node.addDependency(this.rotator.fn);
    }
  }

  #makeChecker(): ObservedFunction {
    const { config, secrets, deadLetters } = this.#props;
    const checker = this.#function('CheckSecrets', {
      entry: 'check-secrets',
      description: 'Checks that every secret rotates',
      asynchronous: { deadLetters, maxAge: Duration.hours(1) },
    });
    checker.fn.addEnvironment('ROTATION_DAYS', String(config.secrets.rotationDays));
    checker.allow(
      ['secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds'],
      secrets.rotated.map(({ secret }) => secret.secretArn),
    );
    new FunctionSchedule(this, 'Schedule', {
      description: 'Checks that secrets rotate',
      schedule: ScheduleExpression.cron({ minute: '40', hour: `*/${SECRET_CHECK_HOURS}` }),
      starts: checker,
      maxAgeSeconds: 3600,
      deadLetters,
    });
    return checker;
  }

  /** One alarm for a problem, a failed check and a check that did not run: the count of sound checks is missing. */
  #watch(): void {
    const { config, notify } = this.#props;
    new ActionableAlarm(this, 'NotSound', {
      ...MEANING,
      metric: outcomeMetric(config, 'SecretsSound', Duration.hours(SECRET_CHECK_HOURS)),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      silenceBreaches: true,
      notify,
    });
  }
}
