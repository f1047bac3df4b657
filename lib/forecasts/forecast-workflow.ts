import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../platform/observed-function.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import { Workflow } from '../platform/workflow.ts';
import type { ForecastBucket } from './forecast-bucket.ts';
import type { ForecastTable } from './forecast-table.ts';

export interface ForecastWorkflowProps {
  readonly config: StageConfig;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly forecasts: ForecastTable;
  readonly forecastBucket: ForecastBucket;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
}

type StepProps = Pick<
  ObservedFunctionProps,
  'entry' | 'description' | 'memoryMb' | 'timeout' | 'environment' | 'reservedConcurrency'
> &
  Partial<Pick<ObservedFunctionProps, 'failure'>>;

const RUN_FAILED = {
  impact: 'A forecast run failed: its tenant sees the forecasts of the previous run.',
  runbook: 'A forecast run failed',
  coveredBy: 'failed executions of the workflow',
};

/** `dispatch-forecasts` starts one `forecast-fleet` per tenant; that one plans, forecasts in batches and closes the run. */
export class ForecastWorkflow extends Construct {
  readonly dispatch: Workflow;
  readonly fleet: Workflow;
  readonly #props: ForecastWorkflowProps;

  constructor(scope: Construct, id: string, props: ForecastWorkflowProps) {
    super(scope, id);
    this.#props = props;
    this.fleet = new Workflow(this, 'Fleet', {
      definition: 'forecast-fleet',
      config: props.config,
      functions: {
        PlanForecastRunFunctionArn: this.#planner(),
        ForecastBatchFunctionArn: this.#forecaster(),
        CloseForecastRunFunctionArn: this.#closer(),
      },
      numbers: { BatchesAtOnce: props.config.forecastConcurrency },
    });
    this.dispatch = new Workflow(this, 'Dispatch', {
      definition: 'dispatch-forecasts',
      config: props.config,
      functions: { ListTenantsFunctionArn: this.#lister() },
      starts: { ForecastFleetStateMachineArn: this.fleet.machine },
    });
  }

  #step(id: string, step: StepProps): ObservedFunction {
    const { config, notify } = this.#props;
    return new ObservedFunction(this, id, { failure: RUN_FAILED, ...step, config, notify, traced: true });
  }

  #lister(): ObservedFunction {
    const lister = this.#step('ListTenants', {
      entry: 'list-tenants',
      description: 'Lists the tenants that sent data',
      memoryMb: 256,
      timeout: Duration.seconds(30),
      environment: { FORECAST_SPREAD_MINUTES: String(this.#props.config.forecastSpreadMinutes) },
    });
    this.#props.targets.grantList(lister);
    return lister;
  }

  #planner(): ObservedFunction {
    const { targets, forecasts, forecastBucket } = this.#props;
    const planner = this.#step('PlanForecastRun', {
      entry: 'plan-forecast-run',
      description: 'Opens the run and splits the active targets into batches',
      memoryMb: 512,
      timeout: Duration.minutes(1),
      environment: { FORECAST_BUCKET_NAME: forecastBucket.store.bucket.bucketName },
    });
    targets.grantList(planner);
    forecasts.grantOpenRuns(planner);
    forecastBucket.grantWriteRunFiles(planner);
    return planner;
  }

  #forecaster(): ObservedFunction {
    const { settings, blocks, targets, forecasts, forecastBucket, bus, config } = this.#props;
    const forecaster = this.#step('ForecastBatch', {
      entry: 'forecast-batch',
      description: 'Forecasts a batch of targets, assesses their breach risk and scores earlier forecasts',
      // One full virtual CPU: the work is arithmetic, so half a CPU would take twice as long at the same cost.
      memoryMb: 1769,
      timeout: Duration.minutes(5),
      reservedConcurrency: config.reservedConcurrency.forecast,
      failure: {
        impact: 'Some targets have no new forecast: the run ends as PARTIAL.',
        runbook: 'Batches of a forecast run fail',
        threshold: 3,
      },
      environment: {
        FORECAST_BUCKET_NAME: forecastBucket.store.bucket.bucketName,
        EVENT_BUS_NAME: bus.bus.eventBusName,
        FORECAST_CADENCE_MINUTES: String(config.forecastCadenceMinutes),
      },
    });
    settings.grantGet(forecaster);
    targets.grantGet(forecaster);
    blocks.grantReadRange(forecaster);
    forecasts.grantReplaceForecasts(forecaster);
    forecastBucket.grantReadRunFiles(forecaster);
    forecastBucket.grantWriteRunFiles(forecaster);
    forecastBucket.grantArchive(forecaster);
    forecastBucket.grantReadArchive(forecaster);
    bus.grantPublish(forecaster);
    return forecaster;
  }

  #closer(): ObservedFunction {
    const { forecasts, forecastBucket } = this.#props;
    const closer = this.#step('CloseForecastRun', {
      entry: 'close-forecast-run',
      description: 'Adds up the batches and their scores, and closes the run',
      memoryMb: 512,
      timeout: Duration.minutes(1),
      environment: { FORECAST_BUCKET_NAME: forecastBucket.store.bucket.bucketName },
    });
    forecasts.grantRecordRuns(closer);
    forecastBucket.grantReadRunFiles(closer);
    forecastBucket.grantKeepScores(closer);
    return closer;
  }
}
