import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { AnomalyTable } from '../anomalies/anomaly-table.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ForecastTable } from '../forecasts/forecast-table.ts';
import type { IncidentTable } from '../incidents/incident-table.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import { ActionableAlarm } from '../platform/actionable-alarm.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../platform/observed-function.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import { Workflow } from '../platform/workflow.ts';
import type { ChangeTable } from './change-table.ts';

export interface DeploymentWatchProps {
  readonly config: StageConfig;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly forecasts: ForecastTable;
  readonly anomalies: AnomalyTable;
  readonly incidents: IncidentTable;
  readonly changes: ChangeTable;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
}

const MEANING = {
  impact: 'A deployment is not watched: its health is unknown and no rollback will be proposed.',
  runbook: 'A deployment is not watched',
};

type StepProps = Pick<
  ObservedFunctionProps,
  'entry' | 'description' | 'memoryMb' | 'timeout' | 'environment'
>;

/**
 * Watches each deployment with one execution, which scores its health several times within an hour and may propose a
 * rollback. It cannot roll back by itself: it has permissions only on Forestall's own tables and bus.
 */
export class DeploymentWatch extends Construct {
  readonly machine: StateMachine;
  readonly #props: DeploymentWatchProps;

  constructor(scope: Construct, id: string, props: DeploymentWatchProps) {
    super(scope, id);
    this.#props = props;
    this.machine = new Workflow(this, 'Watch', {
      definition: 'watch-deployment',
      config: props.config,
      functions: {
        CheckDeploymentFunctionArn: this.#checkFunction(),
        CloseDeploymentWatchFunctionArn: this.#closeFunction(),
      },
    }).machine;
    // Failures also show in the change as health `unknown`, so these alarms are optional.
    if (props.config.alarms === 'full') this.#watchFailures();
  }

  #step(id: string, step: StepProps): ObservedFunction {
    const { config, notify } = this.#props;
    return new ObservedFunction(this, id, {
      ...step,
      config,
      notify,
      traced: true,
      failure: { ...MEANING, coveredBy: 'failed executions of the workflow, and the health of the change' },
    });
  }

  #checkFunction(): ObservedFunction {
    const { settings, blocks, targets, forecasts, anomalies, incidents, changes } = this.#props;
    const check = this.#step('CheckDeployment', {
      entry: 'check-deployment',
      description: 'Checks the health of a deployment once',
      memoryMb: 1024,
      timeout: Duration.minutes(1),
    });
    changes.grantWrite(check);
    changes.grantList(check);
    targets.grantGet(check);
    targets.grantList(check);
    blocks.grantReadRange(check);
    settings.grantGet(check);
    forecasts.grantReadForecasts(check);
    anomalies.grantList(check);
    incidents.grantGetOpen(check);
    return check;
  }

  #closeFunction(): ObservedFunction {
    const { changes, bus } = this.#props;
    const close = this.#step('CloseDeploymentWatch', {
      entry: 'close-deployment-watch',
      description: 'Records the result of watching a deployment and announces a proposed rollback',
      memoryMb: 256,
      timeout: Duration.seconds(30),
      environment: { EVENT_BUS_NAME: bus.bus.eventBusName },
    });
    changes.grantWrite(close);
    bus.grantPublish(close);
    return close;
  }

  #watchFailures(): void {
    const period = { period: Duration.minutes(5), statistic: 'Sum' };
    const alarm = { ...MEANING, threshold: 1, notify: this.#props.notify };
    new ActionableAlarm(this, 'WatchFailed', { ...alarm, metric: this.machine.metricFailed(period) });
    new ActionableAlarm(this, 'WatchTimedOut', { ...alarm, metric: this.machine.metricTimedOut(period) });
  }
}
