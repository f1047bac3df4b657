import { RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  type StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';

export interface WorkflowAliasProps {
  readonly machine: StateMachine;
  readonly config: StageConfig;
}

/**
 * The newest published version of a state machine under the alias `live`. Versions cannot be changed and are kept, so
 * that the record of an execution always leads to the definition that it followed.
 */
export class WorkflowAlias extends Construct {
  /** Executions are started with it. IAM compares the ARN of the state machine, without the alias. */
  readonly startArn: string;

  constructor(scope: Construct, id: string, { machine, config }: WorkflowAliasProps) {
    super(scope, id);
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: machine.stateMachineArn,
      stateMachineRevisionId: machine.stateMachineRevisionId,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const alias = new CfnStateMachineAlias(this, 'Alias', {
      name: 'live',
      deploymentPreference: { stateMachineVersionArn: version.attrArn, type: 'ALL_AT_ONCE' },
    });
    this.startArn = config.local ? machine.stateMachineArn : alias.attrArn;
  }
}
