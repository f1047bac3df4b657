import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ChangeTable } from '../changes/change-table.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ForecastTable } from '../forecasts/forecast-table.ts';
import type { IncidentTable } from '../incidents/incident-table.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import { allowAnswers } from '../platform/answer-tasks.ts';
import type { DeadLetterQueue } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../platform/observed-function.ts';
import type { RequestTable } from '../platform/request-table.ts';
import type { SecretStore } from '../platform/secret-store.ts';
import { Workflow } from '../platform/workflow.ts';
import { WorkflowAlias } from '../platform/workflow-alias.ts';
import { ActionRoles } from './action-roles.ts';
import type { DecisionBucket } from './decision-bucket.ts';
import type { RemediationTable } from './remediation-table.ts';
import { ceilingVariable, stageCeiling } from './stage-ceiling.ts';

export interface RemediationWorkflowProps {
  readonly config: StageConfig;
  readonly remediations: RemediationTable;
  readonly decisions: DecisionBucket;
  readonly forecasts: ForecastTable;
  readonly incidents: IncidentTable;
  readonly changes: ChangeTable;
  readonly targets: TargetTable;
  readonly blocks: BlockTable;
  readonly requests: RequestTable;
  readonly secrets: SecretStore;
  readonly bus: DomainEventBus;
  readonly deadLetters: DeadLetterQueue;
  readonly notify: ITopic;
}

const MEANING = {
  impact: 'A remediation stopped: people may have to finish or undo it.',
  runbook: 'A remediation failed',
  coveredBy: 'the record of the remediation, which is escalated, and the dead letters of its closing',
};

/** Seconds between two looks at a resource that is changing. */
const CHECK_SECONDS = { local: 2, aws: 20 };

type StepProps = Pick<
  ObservedFunctionProps,
  'entry' | 'description' | 'memoryMb' | 'timeout' | 'environment' | 'asynchronous'
>;

/**
 * One execution for each cause: chooses, asks people, acts, verifies, and undoes or closes. Only `execute-action` may use
 * the roles that change something. An execution finishes on the versions of the definition and of the functions that it
 * began with.
 */
export class RemediationWorkflow extends Construct {
  readonly machine: StateMachine;
  /** Starts the newest version. */
  readonly startArn: string;
  readonly #props: RemediationWorkflowProps;

  constructor(scope: Construct, id: string, props: RemediationWorkflowProps) {
    super(scope, id);
    this.#props = props;
    const { config, secrets } = props;
    const [choose, execute, close] = [this.#choose(), this.#execute(), this.#close()];
    this.machine = new Workflow(this, 'Remediate', {
      definition: 'remediate',
      isPinned: true,
      config,
      functions: {
        ChooseActionFunctionArn: choose,
        RequestApprovalFunctionArn: this.#ask(),
        ExecuteActionFunctionArn: execute,
        VerifyRemediationFunctionArn: this.#verify(),
        CloseRemediationFunctionArn: close,
      },
    }).machine;
    const { machine } = this;
    this.startArn = new WorkflowAlias(this, 'Live', { machine, config }).startArn;
    this.#closeWhatStopped(close);
    new ActionRoles(this, 'Actions', {
      ...{ config, readers: [choose], changer: execute, actions: stageCeiling(config).actions },
      integrations: [
        ...secrets.rotated.filter(({ kind }) => kind === 'integration').map(({ secret }) => secret.secretArn),
        ...config.remediation.clusters.map(({ secretArn }) => secretArn),
      ],
    });
  }

  #step(id: string, { environment, ...step }: StepProps): ObservedFunction {
    const { config, notify, remediations, decisions, bus } = this.#props;
    const fn = new ObservedFunction(this, id, {
      ...{ ...step, config, notify, traced: true, keepVersions: true, failure: MEANING },
      environment: { EVENT_BUS_NAME: bus.bus.eventBusName, ...environment },
    });
    remediations.grantCommit(fn);
    decisions.grantRecordInputs(fn);
    bus.grantPublish(fn);
    return fn;
  }

  #pace(): Record<string, string> {
    const { config } = this.#props;
    const { secondsPerMinute } = config.remediation;
    const checkSeconds = config.local ? CHECK_SECONDS.local : CHECK_SECONDS.aws;
    return { REMEDIATION_PACE: JSON.stringify({ secondsPerMinute, checkSeconds }) };
  }

  /** Of functions that call resources. */
  #place(): Record<string, string> {
    const { config, secrets } = this.#props;
    const stack = Stack.of(this);
    const integrations = secrets.rotated.flatMap((each) =>
      each.kind === 'integration'
        ? [{ name: each.name, arn: each.secret.secretArn, kind: each.kind, integration: each.integration }]
        : [],
    );
    return {
      ACCOUNT_ID: stack.account,
      OWN_TENANT_ID: config.ownTenant,
      ACTION_CLUSTERS: JSON.stringify(config.remediation.clusters),
      ACTION_INTEGRATIONS: stack.toJsonString(integrations),
    };
  }

  #choose(): ObservedFunction {
    const { config, forecasts, incidents, changes, requests } = this.#props;
    const choose = this.#step('ChooseAction', {
      entry: 'choose-action',
      description: 'Chooses what to do about a problem',
      ...{ memoryMb: 1024, timeout: Duration.minutes(1) },
      environment: {
        ...{ ...ceilingVariable(config), ...this.#place() },
        FORECAST_CADENCE_MINUTES: String(config.forecastCadenceMinutes),
      },
    });
    forecasts.grantReadForecasts(choose);
    incidents.grantGet(choose);
    changes.grantGet(choose);
    this.#grantMeasurements(choose);
    requests.grantBreakers(choose);
    return choose;
  }

  #ask(): ObservedFunction {
    const ask = this.#step('RequestApproval', {
      entry: 'request-approval',
      description: 'Asks people about a plan, and reads their answer',
      ...{ memoryMb: 1024, timeout: Duration.minutes(1) },
      environment: ceilingVariable(this.#props.config),
    });
    allowAnswers(ask);
    this.#grantMeasurements(ask);
    return ask;
  }

  #execute(): ObservedFunction {
    const { config, requests, forecasts } = this.#props;
    const execute = this.#step('ExecuteAction', {
      entry: 'execute-action',
      description: 'Carries out an action, or undoes it',
      ...{ memoryMb: 1024, timeout: Duration.minutes(1) },
      environment: { ...ceilingVariable(config), ...this.#pace(), ...this.#place() },
    });
    requests.grantBreakers(execute);
    forecasts.grantRecordInterventions(execute);
    this.#grantMeasurements(execute);
    return execute;
  }

  #verify(): ObservedFunction {
    const verify = this.#step('VerifyRemediation', {
      entry: 'verify-remediation',
      description: 'Compares the metrics after an action with what was expected without it',
      ...{ memoryMb: 1024, timeout: Duration.minutes(1), environment: this.#pace() },
    });
    this.#grantMeasurements(verify);
    return verify;
  }

  /** From which error budgets and the results of actions are computed. */
  #grantMeasurements(reader: ObservedFunction): void {
    const { targets, blocks } = this.#props;
    targets.grantGet(reader);
    blocks.grantReadRange(reader);
  }

  #close(): ObservedFunction {
    const { targets, deadLetters } = this.#props;
    const close = this.#step('CloseRemediation', {
      entry: 'close-remediation',
      description: 'Ends a remediation, and records what it teaches',
      ...{ memoryMb: 512, timeout: Duration.seconds(30) },
      asynchronous: { deadLetters, maxAge: Duration.hours(6) },
    });
    targets.grantGet(close);
    return close;
  }

  /** An execution that was aborted, or that ran out of time, cannot close its remediation. */
  #closeWhatStopped(close: ObservedFunction): void {
    const { deadLetters } = this.#props;
    new Rule(this, 'Stopped', {
      description: 'Executions of remediate that stopped before they closed their remediation',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [this.machine.stateMachineArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [
        new LambdaFunction(close.fn, {
          ...{ retryAttempts: 185, maxEventAge: Duration.hours(24), deadLetterQueue: deadLetters.queue },
        }),
      ],
    });
  }
}
