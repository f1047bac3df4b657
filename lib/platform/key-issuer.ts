import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ApiKeyTable } from './api-key-table.ts';
import { ObservedFunction } from './observed-function.ts';

export interface KeyIssuerProps {
  readonly config: StageConfig;
  readonly apiKeys: ApiKeyTable;
  readonly notify: ITopic;
}

/** Issues API keys. The function has no route: access is controlled by IAM only. */
export class KeyIssuer extends Construct {
  readonly issuer: ObservedFunction;

  constructor(scope: Construct, id: string, props: KeyIssuerProps) {
    super(scope, id);
    this.issuer = new ObservedFunction(this, 'IssueApiKey', {
      entry: 'issue-api-key',
      description: 'Creates an API key, stores its hash and returns it once',
      config: props.config,
      notify: props.notify,
      memoryMb: 256,
      timeout: Duration.seconds(15),
      failure: {
        impact: 'Operators cannot issue API keys, so new tenants cannot be onboarded.',
        runbook: 'API keys cannot be issued',
        coveredBy: 'the operator who invokes it',
      },
    });
    props.apiKeys.grantIssue(this.issuer);
  }
}
