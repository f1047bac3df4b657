import { CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { OPERATIONS } from '../../core/api/operations.ts';
import { WebFirewall } from '../api/web-firewall.ts';
import type { StageConfig } from '../config/stage-config.ts';

export interface FirewallStackProps {
  readonly config: StageConfig;
  readonly waf: NonNullable<StageConfig['waf']>;
}

/** Firewalls of CloudFront exist only in this region. */
const REGION = 'us-east-1';
const OUTPUT = 'WebAclArn';

/** The firewall in front of CloudFront. A stack of its own, because the stage may be in another region. */
export class FirewallStack extends Stack {
  /** For stacks in any region: CloudFormation reads it when it deploys them. */
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, { config, waf }: FirewallStackProps) {
    super(scope, id, { env: { ...config.env, region: REGION } });
    const { webAcl } = new WebFirewall(this, 'WebFirewall', { waf, operations: Object.values(OPERATIONS) });
    new CfnOutput(this, OUTPUT, { value: webAcl.attrArn });
    this.webAclArn = Fn.getStackOutput(this.stackName, OUTPUT, REGION);
  }
}
