import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  type IGrantable,
  type IPrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { DEFAULT_BREAKERS } from '../../core/shared/resilience/breaker-rules.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { ActionableAlarm, type AlarmMeaning } from './actionable-alarm.ts';
import type { DeadLetters } from './dead-letter-queue.ts';

export interface ObservedFunctionProps {
  /** Folder under `functions/`, and its bundle under `dist/`. */
  readonly entry: string;
  readonly description: string;
  readonly config: StageConfig;
  readonly notify: ITopic;
  readonly memoryMb: number;
  readonly timeout: Duration;
  /** Names end in their kind: `EVENT_BUS_NAME`, `ALERT_TOPIC_ARN`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The alarm on failed invocations. */
  readonly failure: AlarmMeaning & {
    /** Number of failed invocations within five minutes that raises the alarm. */
    readonly threshold?: number;
    /** Another alarm that covers these failures; if set, the function has its own alarm only with `alarms: 'full'`. */
    readonly coveredBy?: string;
  };
  /** For asynchronous invocation: Lambda retries twice, up to the maximum age, and then sends the event to `deadLetters`. */
  readonly asynchronous?: { readonly deadLetters: DeadLetters; readonly maxAge: Duration };
  /** Concurrency set apart for this function, which is also its limit; undefined: shares that of the account. */
  readonly reservedConcurrency?: number | undefined;
  /** Published versions stay when they are replaced: executions that began with one finish on it. */
  readonly keepVersions?: boolean;
  /** Part of the way of requests, messages, events or runs: traced if the stage enables `tracing`. */
  readonly traced?: boolean;
}

/** The only construct that creates functions: sets runtime, log retention, environment, a dedicated role and an alarm. */
export class ObservedFunction extends Construct implements IGrantable {
  readonly fn: LambdaFunction;
  readonly grantPrincipal: IPrincipal;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ObservedFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#role = makeRole(this, logGroup);
    this.grantPrincipal = this.#role;
    this.fn = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: codeOf(this, props),
      description: props.description,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      role: this.#role,
      logGroup,
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.keepVersions ? { currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN } } : {}),
      // If omitted, Lambda records nothing; CDK's PASS_THROUGH would grant write access to X-Ray.
      ...(isTraced(props) ? { tracing: Tracing.ACTIVE } : {}),
      environment: { ...standardEnvironment(props), ...props.environment },
    });
    if (props.asynchronous) this.#keepFailures(props.asynchronous);
    acknowledgeFindings(this, props);
    if (!props.failure.coveredBy || props.config.alarms === 'full') this.#watchErrors(props);
  }

  /** Allows the listed actions on the listed resources, nothing more. */
  allow(
    actions: readonly string[],
    resources: readonly string[],
    conditions?: Record<string, unknown>,
  ): void {
    this.#role.addToPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  }

  #keepFailures({ deadLetters, maxAge }: NonNullable<ObservedFunctionProps['asynchronous']>): void {
    this.allow(['sqs:SendMessage'], [deadLetters.queue.queueArn]);
    this.fn.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: maxAge,
      onFailure: { bind: () => ({ destination: deadLetters.queue.queueArn }) },
    });
  }

  #watchErrors(props: ObservedFunctionProps): void {
    new ActionableAlarm(this, 'Failing', {
      metric: this.fn.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: props.failure.threshold ?? 1,
      impact: props.failure.impact,
      runbook: props.failure.runbook,
      notify: props.notify,
    });
  }
}

/** Replaces the AWS-managed basic policy, which allows writing to every log group of the account. */
const makeRole = (scope: Construct, logGroup: LogGroup): Role => {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return role;
};

/** Acknowledges findings on resources without tracing. */
export const UNTRACED = 'Tracing is a switch of the stage, because it costs money: `tracing` in lib/config.';

const isTraced = ({ traced, config }: ObservedFunctionProps): boolean => traced === true && config.tracing;

const standardEnvironment = (props: ObservedFunctionProps): Record<string, string> => ({
  ...(isTraced(props) ? { TRACING: 'x-ray' } : {}),
  STAGE: props.config.stage,
  POWERTOOLS_SERVICE_NAME: props.entry,
  POWERTOOLS_METRICS_NAMESPACE: 'Forestall',
  POWERTOOLS_LOG_LEVEL: props.config.logLevel,
  NODE_OPTIONS: '--enable-source-maps',
  ...changedBreakers(props.config),
});

/** Functions have the defaults in their code. */
const changedBreakers = ({ breakers }: StageConfig): Record<string, string> => {
  const rules = JSON.stringify(breakers);
  return rules === JSON.stringify(DEFAULT_BREAKERS) ? {} : { BREAKER_RULES: rules };
};

/** The bundle that records traces goes only to functions that load it. */
const codeOf = (scope: Construct, props: ObservedFunctionProps): Code =>
  Code.fromAsset(bundleOf(scope, props.entry), { exclude: isTraced(props) ? [] : ['tracing.mjs*'] });

/** The context value `forestall:bundle` names one folder for all functions, if only the templates matter. */
const bundleOf = (scope: Construct, entry: string): string => {
  const placeholder: unknown = scope.node.tryGetContext('forestall:bundle');
  const directory = typeof placeholder === 'string' ? placeholder : join('dist', entry);
  if (existsSync(join(directory, 'index.mjs'))) return directory;
  throw new ConfigurationError(`No bundle in ${directory}: build the functions with "npm run build" first.`);
};

const acknowledgeFindings = (scope: ObservedFunction, props: ObservedFunctionProps): void => {
  const synchronous = props.asynchronous
    ? 'Invoked asynchronously: events that fail three times go to the failure destination.'
    : 'Invoked only synchronously (HTTP, queue, workflow or operator): the caller retries, and keeps or reports failures.';
  Validations.of(scope.fn).acknowledge({ id: 'Serverless::Serverless-LambdaDLQ', reason: synchronous });
  Validations.of(scope.fn).acknowledge({
    id: 'Serverless::Serverless-LambdaAsyncFailureDestination',
    reason: synchronous,
  });
  if (isTraced(props)) {
    Validations.of(scope).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resource-level permissions.',
    });
    return;
  }
  Validations.of(scope.fn).acknowledge({
    id: 'Serverless::Serverless-LambdaTracing',
    reason: UNTRACED,
  });
};
