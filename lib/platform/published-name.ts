import type { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';

/** What one replaceable stack offers to another. */
export type PublishedThing =
  | 'api-id'
  | 'event-bus-arn'
  | 'event-bus-name'
  | 'ingest-queue-arn'
  | 'ingest-queue-url'
  | 'signals-queue-arn'
  | 'signals-queue-url'
  | 'dispatch-state-machine-arn'
  | 'forecast-state-machine-arn'
  | 'deployment-state-machine-arn';

export interface PublishedNameProps {
  readonly config: StageConfig;
  readonly thing: PublishedThing;
  readonly value: string;
}

const pathOf = (config: StageConfig, thing: PublishedThing): string => `/forestall/${config.stage}/${thing}`;

/**
 * A name that changes when its resource is replaced, handed on by an SSM parameter: an export would forbid the
 * replacement for as long as another stack imports it.
 */
export class PublishedName extends Construct {
  constructor(scope: Construct, id: string, props: PublishedNameProps) {
    super(scope, id);
    new StringParameter(this, 'Parameter', {
      parameterName: pathOf(props.config, props.thing),
      stringValue: props.value,
    });
  }

  /** The name as it stands when `stack` is deployed. */
  static read(stack: Stack, config: StageConfig, thing: PublishedThing): string {
    return StringParameter.valueForStringParameter(stack, pathOf(config, thing));
  }
}
