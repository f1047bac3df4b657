import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AnomalyDetection } from '../anomalies/anomaly-detection.ts';
import { PeerComparison } from '../anomalies/peer-comparison.ts';
import { SilenceCheck } from '../anomalies/silence-check.ts';
import { DeploymentWatch } from '../changes/deployment-watch.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { DispatchSchedule } from '../forecasts/dispatch-schedule.ts';
import { ForecastWorkflow } from '../forecasts/forecast-workflow.ts';
import { IncidentManagement } from '../incidents/incident-management.ts';
import { IngestPipeline } from '../metrics/ingest-pipeline.ts';
import type { DeadLetterQueue, DeadLetters } from '../platform/dead-letter-queue.ts';
import { DomainEventBus } from '../platform/event-bus.ts';
import { KeyIssuer } from '../platform/key-issuer.ts';
import { PublishedName } from '../platform/published-name.ts';
import { SecretDrill } from '../platform/secret-drill.ts';
import { SecretRotation } from '../platform/secret-rotation.ts';
import { DecisionAudit } from '../remediation/decision-audit.ts';
import { PeopleNotices } from '../remediation/people-notices.ts';
import { RemediationIntake } from '../remediation/remediation-intake.ts';
import { RemediationWorkflow } from '../remediation/remediation-workflow.ts';
import { SelfHealing } from '../remediation/self-healing.ts';
import type { DataStack } from './data-stack.ts';

export interface PipelineStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
}

type Shared = DataStack['stores'] & { readonly config: StageConfig; readonly notify: ITopic };

/** Everything behind the ingest queue: storage, anomaly detection, scheduled forecasts, incidents, events. Has no state to keep. */
export class PipelineStack extends Stack {
  readonly ingest: IngestPipeline;
  readonly forecasts: ForecastWorkflow;
  readonly incidents: IncidentManagement;
  readonly deployments: DeploymentWatch;

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const { config, data } = props;
    const shared = { ...data.stores, config, notify: data.alarmTopic.topic };
    const bus = new DomainEventBus(this, 'Bus');
    this.ingest = new IngestPipeline(this, 'Ingest', shared);
    this.forecasts = new ForecastWorkflow(this, 'Forecasts', { ...shared, bus });
    const { dispatch, fleet } = this.forecasts;
    new DispatchSchedule(this, 'DispatchSchedule', { ...shared, machine: dispatch.machine });
    const { deadLetters } = new AnomalyDetection(this, 'Anomalies', { ...shared, bus });
    const { planner } = new PeerComparison(this, 'Peers', { ...shared, bus, deadLetters });
    const { checker } = new SilenceCheck(this, 'Silence', { ...shared, bus, deadLetters });
    this.incidents = new IncidentManagement(this, 'Incidents', { ...shared, bus });
    this.deployments = new DeploymentWatch(this, 'Deployments', { ...shared, bus });
    const audit = new DecisionAudit(this, 'DecisionAudit', { ...shared, deadLetters });
    new CfnOutput(this, 'AnchorDecisionsFunctionName', { value: audit.anchorer.fn.functionName });
    const { healer } = new SelfHealing(this, 'SelfHealing', {
      ...{ ...shared, deadLetters, dispatch: dispatch.machine },
      ingestDeadLetters: this.ingest.queue.deadLetters.queue,
    });
    this.#remediate(shared, bus, deadLetters);
    const keys = new KeyIssuer(this, 'Keys', shared);
    const { rotator, checker: secretChecker } = new SecretRotation(this, 'Rotation', {
      ...shared,
      bus,
      deadLetters,
    });
    const drill = new SecretDrill(this, 'SecretDrill', { ...shared, rotator, deadLetters });
    new CfnOutput(this, 'SecretDrillStateMachineArn', { value: drill.machine.stateMachineArn });
    this.#publish(config, bus, deadLetters);
    new CfnOutput(this, 'ForecastStateMachineArn', { value: fleet.machine.stateMachineArn });
    new CfnOutput(this, 'DispatchStateMachineArn', { value: dispatch.machine.stateMachineArn });
    new CfnOutput(this, 'IssueApiKeyFunctionName', { value: keys.issuer.fn.functionName });
    new CfnOutput(this, 'AlarmSignalsTopicArn', { value: this.incidents.alarms.topic.topicArn });
    new CfnOutput(this, 'AlarmSignalsFunctionArn', { value: this.incidents.groupSignals.fn.functionArn });
    new CfnOutput(this, 'PlanPeerComparisonFunctionName', { value: planner.fn.functionName });
    new CfnOutput(this, 'CheckSilenceFunctionName', { value: checker.fn.functionName });
    new CfnOutput(this, 'RotateSecretFunctionName', { value: rotator.fn.functionName });
    new CfnOutput(this, 'CheckSecretsFunctionName', { value: secretChecker.fn.functionName });
    new CfnOutput(this, 'HealPlatformFunctionName', { value: healer.fn.functionName });
    new CfnOutput(this, 'EventBusName', { value: bus.bus.eventBusName });
  }

  #remediate(shared: Shared, bus: DomainEventBus, deadLetters: DeadLetterQueue): void {
    const common = { ...shared, bus, deadLetters };
    const { machine, startArn } = new RemediationWorkflow(this, 'Remediation', common);
    const workflow = { machineArn: machine.stateMachineArn, startArn };
    const alarms = this.incidents.alarms.topic;
    new PeopleNotices(this, 'PeopleNotices', common);
    new RemediationIntake(this, 'RemediationIntake', { ...common, alarms, workflow });
    const { config } = shared;
    for (const [id, thing, value] of [
      ['RemediationMachine', 'remediation-state-machine-arn', machine.stateMachineArn],
      ['RemediationWorkflowArn', 'remediation-workflow-arn', startArn],
    ] as const)
      new PublishedName(this, id, { config, thing, value });
    new CfnOutput(this, 'RemediationStateMachineArn', { value: machine.stateMachineArn });
  }

  /** Publishes the names that the edge and operations stacks use. */
  #publish(config: StageConfig, { bus }: DomainEventBus, deadLetters: DeadLetters): void {
    const { queueArn, queueUrl } = this.ingest.queue.queue;
    const { queue: signals } = this.incidents.signals;
    const { dispatch, fleet } = this.forecasts;
    const names = [
      ['IngestQueueArn', 'ingest-queue-arn', queueArn],
      ['IngestQueueUrl', 'ingest-queue-url', queueUrl],
      ['DeadLettersArn', 'dead-letters-arn', deadLetters.queue.queueArn],
      ['SignalsQueueArn', 'signals-queue-arn', signals.queueArn],
      ['SignalsQueueUrl', 'signals-queue-url', signals.queueUrl],
      ['EventBusArn', 'event-bus-arn', bus.eventBusArn],
      ['EventBusNameParameter', 'event-bus-name', bus.eventBusName],
      ['DispatchMachine', 'dispatch-state-machine-arn', dispatch.machine.stateMachineArn],
      ['ForecastMachine', 'forecast-state-machine-arn', fleet.machine.stateMachineArn],
      ['DeploymentMachine', 'deployment-state-machine-arn', this.deployments.machine.stateMachineArn],
    ] as const;
    for (const [id, thing, value] of names) new PublishedName(this, id, { config, thing, value });
  }
}
