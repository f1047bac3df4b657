/** The workflow `remediate` as it is deployed: what it runs, what leads to it, and what ends it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENT_SOURCES } from '../../core/api/event-catalogue.ts';
import { Pace } from '../../core/remediation/runs/pace.ts';
import {
  functionNamed,
  grantedOn,
  idOf,
  only,
  pipelineOf,
  type Stage,
  statementsOf,
} from './remediation-parts.ts';
import { resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';
import { asList } from './table-grants.ts';

/** Placeholder of the definition -> part of the logical id of the function. */
const STEPS = {
  ChooseActionFunctionArn: 'ChooseAction',
  RequestApprovalFunctionArn: 'RequestApproval',
  ExecuteActionFunctionArn: 'ExecuteAction',
  VerifyRemediationFunctionArn: 'VerifyRemediation',
  CloseRemediationFunctionArn: 'CloseRemediation',
} as const;

const machineOf = (stage: Stage) =>
  only(
    [...resourcesIn(stage, ['pipeline'])].filter(
      ([id, { Type }]) => Type === 'AWS::StepFunctions::StateMachine' && id.includes('/RemediationRemediate'),
    ),
  );
const prod = stageOf('prod');
const [machineId, machine] = machineOf(prod);
const localId = machineId.replace('pipeline/', '');

describe('the state machine', () => {
  const { DefinitionSubstitutions: substitutions } = machine.Properties;

  it.each(Object.entries(STEPS))(
    'runs for %s the present version of its own function',
    (placeholder, step) => {
      const version = pipelineOf(prod, idOf(substitutions[placeholder]));
      expect(version).toMatchObject({ Type: 'AWS::Lambda::Version', DeletionPolicy: 'Retain' });
      expect(idOf(version?.Properties.FunctionName)).toMatch(
        new RegExp(`^Remediation${step}Function\\w{8}$`),
      );
    },
  );

  it('knows the version of its definition, and nothing else of the stage', () => {
    const definition = readFileSync('state-machines/remediate.asl.json', 'utf8');
    expect(machine.Properties.DefinitionString).toBe(definition);
    const version = createHash('sha256').update(definition).digest('hex').slice(0, 12);
    expect(substitutions.WorkflowVersion).toBe(version);
    expect(new Set(Object.keys(substitutions))).toEqual(new Set([...Object.keys(STEPS), 'WorkflowVersion']));
  });

  it('may invoke versions of these functions, deliver its logs, and nothing else', () => {
    const statements = statementsOf(prod, machine.Properties.RoleArn);
    const actions = statements.flatMap(({ Action }) => asList(Action));
    expect(actions.filter((action) => !/^(?:logs|xray):/.test(action))).toEqual(['lambda:InvokeFunction']);
    const invoked = statements.find(({ Action }) =>
      asList(Action).includes('lambda:InvokeFunction'),
    )?.Resource;
    const expected = Object.values(STEPS).map((step) =>
      expect.stringMatching(
        new RegExp(
          `^\\{"Fn::Join":\\["",\\[\\{"Fn::GetAtt":\\["Remediation${step}Function\\w{8}","Arn"\\]\\},":\\*"\\]\\]\\}$`,
        ),
      ),
    );
    expect(asList(invoked).map(text)).toHaveLength(expected.length);
    expect(asList(invoked).map(text)).toEqual(expect.arrayContaining(expected));
  });

  it('logs each event without its data', () => {
    expect(machine.Properties.LoggingConfiguration).toMatchObject({
      Level: 'ALL',
      IncludeExecutionData: false,
    });
  });

  it('has a version of its present definition, which is kept, under the alias that starts it', () => {
    const version = only(resourcesOfType(prod, 'AWS::StepFunctions::StateMachineVersion'));
    expect(version).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(version.Properties.StateMachineArn).toEqual({ Ref: localId });
    expect(version.Properties.StateMachineRevisionId).toEqual({
      'Fn::GetAtt': [localId, 'StateMachineRevisionId'],
    });
    const alias = only(resourcesOfType(prod, 'AWS::StepFunctions::StateMachineAlias'));
    expect(alias.Properties.Name).toBe('live');
    const { StateMachineVersionArn, Type } = alias.Properties.DeploymentPreference;
    expect(pipelineOf(prod, idOf(StateMachineVersionArn))?.Type).toBe(version.Type);
    expect(Type).toBe('ALL_AT_ONCE');
  });

  it('is started through its alias, by what may start no other workflow', () => {
    const variable = functionNamed(prod, 'start-remediations').Properties.Environment.Variables;
    const started = pipelineOf(prod, idOf(variable.REMEDIATION_WORKFLOW_ARN));
    expect(started?.Type).toBe('AWS::StepFunctions::StateMachineAlias');
    expect(grantedOn(prod, 'start-remediations', 'states:StartExecution')).toEqual([text({ Ref: localId })]);
    const published = resourcesOfType(prod, 'AWS::SSM::Parameter').find(
      ({ Properties }) => Properties.Name === '/forestall/prod/remediation-workflow-arn',
    );
    expect(pipelineOf(prod, idOf(published?.Properties.Value))?.Type).toBe(started?.Type);
    expect(grantedOn(prod, 'command-remediations', 'states:StartExecution')).toHaveLength(1);
  });

  it('is started without an alias in the emulator, which has none', () => {
    const local = stageOf('local');
    const { REMEDIATION_WORKFLOW_ARN: started } = functionNamed(local, 'start-remediations').Properties
      .Environment.Variables;
    expect(pipelineOf(local, idOf(started))?.Type).toBe('AWS::StepFunctions::StateMachine');
  });
});

describe('an execution that stops by itself', () => {
  const rule = only(
    resourcesOfType(prod, 'AWS::Events::Rule').filter(({ Properties }) =>
      text(Properties.EventPattern).includes('Execution Status Change'),
    ),
  );

  it('is closed by close-remediation, if it is one of this workflow and did not succeed', () => {
    expect(rule.Properties.EventPattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [{ Ref: localId }], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
    // AWS announces executions on the default bus.
    expect(rule.Properties.EventBusName).toBeUndefined();
    expect(idOf(only<{ Arn: unknown }>(rule.Properties.Targets).Arn)).toMatch(/^RemediationCloseRemediation/);
  });

  it('is kept with the dead letters if it cannot be closed within a day', () => {
    const target = only<{ RetryPolicy: unknown; DeadLetterConfig: unknown }>(rule.Properties.Targets);
    expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
    expect(idOf(target.DeadLetterConfig)).toMatch(/^AnomaliesDeadLetters/);
  });
});

describe('what may lead to a remediation', () => {
  const queueId = only(
    [...resourcesIn(prod, ['pipeline'])].filter(
      ([id, { Type }]) => Type === 'AWS::SQS::Queue' && id.includes('/RemediationIntakeCauses'),
    ),
  )[0].replace('pipeline/', '');
  const rules = resourcesOfType(prod, 'AWS::Events::Rule').filter(({ Properties }) =>
    Properties.Targets.some(({ Arn }: { Arn: unknown }) => idOf(Arn) === queueId),
  );

  it('comes from the bus of Forestall, and alarms from that of the account', () => {
    const own = rules.filter(({ Properties }) => Properties.EventBusName !== undefined);
    const alarms = only(rules.filter(({ Properties }) => Properties.EventBusName === undefined));
    const names = own.flatMap(({ Properties }) => Properties.EventPattern['detail-type']);
    expect(new Set(names)).toEqual(
      new Set([
        ...['BreachPredicted', 'IncidentOpened', 'IncidentUpdated', 'RemediationProposed'],
        // A warning that stands after a remediation is judged again.
        ...['RemediationVerified', 'RemediationBlocked'],
      ]),
    );
    const sources = own.flatMap(({ Properties }) => Properties.EventPattern.source);
    expect(new Set(sources)).toEqual(
      new Set(names.map((name: keyof typeof EVENT_SOURCES) => EVENT_SOURCES[name])),
    );
    expect(alarms.Properties.EventPattern).toEqual({
      ...{ source: ['aws.cloudwatch'], 'detail-type': ['CloudWatch Alarm State Change'] },
    });
  });

  it('is an update of an incident only if it may need something else than before', () => {
    const updated = only(
      rules.filter(({ Properties }) => text(Properties.EventPattern).includes('IncidentUpdated')),
    );
    expect(updated.Properties.EventPattern.detail).toEqual({
      reasons: ['reopened', 'severity-raised', 'signals-joined', 'change-attached'],
    });
  });

  it('waits in a queue, and with the dead letters if it cannot be delivered or read', () => {
    for (const { Properties } of rules)
      for (const { DeadLetterConfig, RetryPolicy } of Properties.Targets) {
        expect(idOf(DeadLetterConfig)).toMatch(/^AnomaliesDeadLetters/);
        expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 });
      }
    const { RedrivePolicy } = pipelineOf(prod, queueId)?.Properties ?? {};
    expect(idOf(RedrivePolicy)).toMatch(/^AnomaliesDeadLetters/);
    expect(RedrivePolicy.maxReceiveCount).toBe(10);
  });

  it('is read ten at a time by start-remediations, which has the address of the dead letters', () => {
    const mapping = only(
      resourcesOfType(prod, 'AWS::Lambda::EventSourceMapping').filter(
        ({ Properties }) => idOf(Properties.EventSourceArn) === queueId,
      ),
    );
    expect(idOf(mapping.Properties.FunctionName)).toMatch(/^RemediationIntakeStartRemediations/);
    expect(mapping.Properties).toMatchObject({
      ...{ BatchSize: 10, MaximumBatchingWindowInSeconds: 1, ScalingConfig: { MaximumConcurrency: 2 } },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const { Variables } = functionNamed(prod, 'start-remediations').Properties.Environment;
    expect(idOf(Variables.DEAD_LETTERS_QUEUE_URL)).toMatch(/^AnomaliesDeadLetters/);
    expect(Variables.OWN_TENANT_ID).toBe('default');
  });
});

describe('the pace', () => {
  const paceIn = (stage: 'local' | 'prod', name: string) =>
    Pace.parse(
      JSON.parse(functionNamed(stageOf(stage), name).Properties.Environment.Variables.REMEDIATION_PACE),
    );

  it.each(['execute-action', 'verify-remediation'])(
    'of %s is that of clocks, but in the emulator',
    (name) => {
      expect(paceIn('prod', name)).toEqual({ secondsPerMinute: 60, checkSeconds: 20 });
      expect(paceIn('local', name)).toEqual({ secondsPerMinute: 1, checkSeconds: 2 });
    },
  );
});
