import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import { ActionableAlarm } from '../platform/actionable-alarm.ts';
import { allowAnswers } from '../platform/answer-tasks.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../platform/observed-function.ts';
import type { SecretStore } from '../platform/secret-store.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import { Workflow } from '../platform/workflow.ts';
import type { ModelBucket } from './model-bucket.ts';
import type { ModelTable } from './model-table.ts';

export interface RetrainingWorkflowProps {
  readonly config: StageConfig;
  readonly models: ModelTable;
  readonly modelBucket: ModelBucket;
  readonly settings: SettingsTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly secrets: SecretStore;
  readonly bus: DomainEventBus;
  readonly notify: ITopic;
}

const MEANING = {
  impact: 'A training of a model failed. The models that serve are not affected.',
  runbook: 'A training of a model failed',
};

type StepProps = Pick<
  ObservedFunctionProps,
  'entry' | 'description' | 'memoryMb' | 'timeout' | 'environment'
>;

/**
 * One execution for each training. What computes can neither sign nor publish keys, so a model is loaded only if
 * `register-model` registered it.
 */
export class RetrainingWorkflow extends Construct {
  readonly machine: StateMachine;
  readonly #props: RetrainingWorkflowProps;

  constructor(scope: Construct, id: string, props: RetrainingWorkflowProps) {
    super(scope, id);
    this.#props = props;
    this.machine = new Workflow(this, 'Retrain', {
      definition: 'retrain',
      config: props.config,
      functions: {
        PrepareTrainingFunctionArn: this.#prepare(),
        TrainModelFunctionArn: this.#train(),
        RegisterModelFunctionArn: this.#register(),
      },
    }).machine;
    // Failures also show in the list of trainings, so these alarms are optional.
    if (props.config.alarms === 'full') this.#watchFailures();
  }

  #step(id: string, step: StepProps): ObservedFunction {
    const { config, notify, models, bus } = this.#props;
    const fn = new ObservedFunction(this, id, {
      ...{ ...step, config, notify, traced: true },
      environment: { EVENT_BUS_NAME: bus.bus.eventBusName, ...step.environment },
      failure: { ...MEANING, coveredBy: 'failed executions of the workflow, and the record of the training' },
    });
    models.grantCommit(fn);
    bus.grantPublish(fn);
    return fn;
  }

  #prepare(): ObservedFunction {
    const { modelBucket, settings, blocks, targets } = this.#props;
    const prepare = this.#step('PrepareTraining', {
      entry: 'prepare-training',
      description: 'Copies the series that a model learns from, and plans its training',
      // Four weeks of 360 series, and their compression.
      ...{ memoryMb: 1769, timeout: Duration.minutes(5) },
    });
    settings.grantGet(prepare);
    targets.grantList(prepare);
    blocks.grantReadRange(prepare);
    modelBucket.grantTakeSnapshots(prepare);
    return prepare;
  }

  #train(): ObservedFunction {
    const { modelBucket } = this.#props;
    const train = this.#step('TrainModel', {
      entry: 'train-model',
      description: 'Trains and judges a model',
      // One full virtual CPU: the work is arithmetic.
      ...{ memoryMb: 1769, timeout: Duration.minutes(15) },
    });
    modelBucket.grantReadSnapshots(train);
    modelBucket.grantStoreModels(train);
    modelBucket.grantVerify(train);
    return train;
  }

  #register(): ObservedFunction {
    const { modelBucket, secrets } = this.#props;
    const register = this.#step('RegisterModel', {
      entry: 'register-model',
      description: 'Signs and registers trained models, and waits for the approval of people',
      ...{ memoryMb: 256, timeout: Duration.seconds(30) },
    });
    modelBucket.grantTrust(register);
    // The key of models is derived from the secret of approvals: one of its own would cost $0.40 a month.
    secrets.grantVerify(register, 'approval');
    allowAnswers(register);
    return register;
  }

  #watchFailures(): void {
    const period = { period: Duration.minutes(5), statistic: 'Sum' };
    const alarm = { ...MEANING, threshold: 1, notify: this.#props.notify };
    new ActionableAlarm(this, 'TrainingFailed', { ...alarm, metric: this.machine.metricFailed(period) });
    new ActionableAlarm(this, 'TrainingTimedOut', { ...alarm, metric: this.machine.metricTimedOut(period) });
  }
}
