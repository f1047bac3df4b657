import type { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';

/** Names that one replaceable stack publishes for others. */
export type PublishedThing =
  | 'api-id'
  | 'dead-letters-arn'
  | 'event-bus-arn'
  | 'event-bus-name'
  | 'ingest-queue-arn'
  | 'ingest-queue-url'
  | 'signals-queue-arn'
  | 'signals-queue-url'
  | 'dispatch-state-machine-arn'
  | 'forecast-state-machine-arn'
  | 'deployment-state-machine-arn'
  | 'remediation-state-machine-arn'
  | 'remediation-workflow-arn';

export interface PublishedNameProps {
  readonly config: StageConfig;
  readonly thing: PublishedThing;
  readonly value: string;
}

const pathOf = (config: StageConfig, thing: PublishedThing): string => `/forestall/${config.stage}/${thing}`;

/**
 * Publishes a name that changes when its resource is replaced, in an SSM parameter: an export would block the
 * replacement while another stack imports it.
 */
export class PublishedName extends Construct {
  constructor(scope: Construct, id: string, props: PublishedNameProps) {
    super(scope, id);
    new StringParameter(this, 'Parameter', {
      parameterName: pathOf(props.config, props.thing),
      stringValue: props.value,
    });
  }

  /** The name, resolved when `stack` is deployed. */
  static read(stack: Stack, config: StageConfig, thing: PublishedThing): string {
    return StringParameter.valueForStringParameter(stack, pathOf(config, thing));
  }
}
