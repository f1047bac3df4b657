import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { AbuseDetection } from '../api/abuse-detection.ts';
import { ApiFunctions } from '../api/api-functions.ts';
import { routesOfStage } from '../api/gateway-routes.ts';
import { GuardedDistribution } from '../api/guarded-distribution.ts';
import { HttpApiEdge } from '../api/http-api-edge.ts';
import { OriginGate } from '../api/origin-gate.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { PublishedName } from '../platform/published-name.ts';
import type { DataStack } from './data-stack.ts';

export interface EdgeStackProps extends StackProps {
  readonly config: StageConfig;
  readonly data: DataStack;
  /** The firewall of a stage with `waf`. */
  readonly webAclArn: string | undefined;
}

/** The HTTP API and its functions. */
export class EdgeStack extends Stack {
  readonly http: HttpApiEdge;

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { config, data, webAclArn } = props;
    const functions = new ApiFunctions(this, 'Functions', {
      ...data.stores,
      config,
      notify: data.alarmTopic.topic,
      ingestQueue: {
        arn: PublishedName.read(this, config, 'ingest-queue-arn'),
        url: PublishedName.read(this, config, 'ingest-queue-url'),
      },
      signalsQueue: {
        arn: PublishedName.read(this, config, 'signals-queue-arn'),
        url: PublishedName.read(this, config, 'signals-queue-url'),
      },
      eventBus: {
        arn: PublishedName.read(this, config, 'event-bus-arn'),
        name: PublishedName.read(this, config, 'event-bus-name'),
      },
      forecastStateMachineArn: PublishedName.read(this, config, 'forecast-state-machine-arn'),
      deploymentStateMachineArn: PublishedName.read(this, config, 'deployment-state-machine-arn'),
      remediationWorkflow: {
        machineArn: PublishedName.read(this, config, 'remediation-state-machine-arn'),
        startArn: PublishedName.read(this, config, 'remediation-workflow-arn'),
      },
    });
    const { waf } = config;
    const notify = data.alarmTopic.topic;
    const gate = waf && new OriginGate(this, 'Origin', { config, waf, notify });
    this.http = new HttpApiEdge(this, 'Http', { config, authorizer: gate?.authorizer });
    this.http.serve(routesOfStage(config), functions.byName);
    const { detector } = new AbuseDetection(this, 'Abuse', {
      config,
      notify,
      watched: Object.values(functions.byName),
      deadLetters: {
        queue: Queue.fromQueueArn(this, 'DeadLetters', PublishedName.read(this, config, 'dead-letters-arn')),
      },
    });
    new PublishedName(this, 'ApiId', { config, thing: 'api-id', value: this.http.api.apiId });
    const { api } = this.http;
    const guarded =
      gate && webAclArn && new GuardedDistribution(this, 'Guarded', { waf, webAclArn, api, gate });
    new CfnOutput(this, 'ApiUrl', { value: guarded ? guarded.url : this.http.url });
    new CfnOutput(this, 'DetectAbuseFunctionName', { value: detector.fn.functionName });
  }
}
