import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnRoute,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiFunctionName } from '../../core/platform/api/operation.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import type { GatewayRoute } from './gateway-routes.ts';

export interface HttpApiEdgeProps {
  readonly config: StageConfig;
}

/** Caller, request and result as one JSON object per request. API keys and queries are omitted on purpose. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTime(),
    method: AccessLogField.contextHttpMethod(),
    route: '$context.routeKey',
    status: AccessLogField.contextStatus(),
    bytesOut: AccessLogField.contextResponseLength(),
    latencyMs: AccessLogField.contextResponseLatency(),
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    integrationError: '$context.integrationErrorMessage',
  }),
);

/** One permission for all routes of a function: with one per route, its policy would reach the limit of 20 KB. */
const integrationOf = (fn: ObservedFunction): HttpLambdaIntegration =>
  new HttpLambdaIntegration(`${fn.node.id}Integration`, fn.fn, { scopePermissionToRoute: false });

/** The HTTP API: throttled, logged, with one function per group of routes. The functions check the API key. */
export class HttpApiEdge extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: HttpApiEdgeProps) {
    super(scope, id);
    const { ratePerSecond, burst } = props.config.throttle;
    this.api = new HttpApi(this, 'Api', { createDefaultStage: false, description: 'Forestall' });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: ratePerSecond, burstLimit: burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', {
            retention: props.config.logRetentionDays,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        format: ACCESS_LOG,
      },
    });
  }

  /** Adds the routes; each invokes the function that serves it. */
  serve(
    routes: readonly GatewayRoute[],
    functions: Readonly<Record<ApiFunctionName, ObservedFunction>>,
  ): void {
    const integrations = new Map<ApiFunctionName, HttpLambdaIntegration>();
    for (const { method, path, servedBy } of routes) {
      const integration = integrations.get(servedBy) ?? integrationOf(functions[servedBy]);
      integrations.set(servedBy, integration);
      this.#addRoute(path, HttpMethod[method], integration);
    }
  }

  #addRoute(path: string, method: HttpMethod, integration: HttpLambdaIntegration): void {
    const [route] = this.api.addRoutes({ path, methods: [method], integration });
    Validations.of(route?.node.defaultChild as CfnRoute).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'The function checks the API key against its stored hash; an authoriser would be a second function in every request.',
    });
  }
}
