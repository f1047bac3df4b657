import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnRoute,
  type CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiFunctionName } from '../../core/platform/api/operation.ts';
import { CLIENT_HEADERS } from '../../core/platform/api/request-headers.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import { vendedLogs } from '../platform/vended-logs.ts';
import type { GatewayRoute } from './gateway-routes.ts';
import { MutualTlsDomain } from './mutual-tls-domain.ts';

export interface HttpApiEdgeProps {
  readonly config: StageConfig;
  /** Decides on every request before it reaches a function; by default, only the functions decide. */
  readonly authorizer?: IHttpRouteAuthorizer | undefined;
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

/**
 * Credentials are headers of their own, never cookies, so that pages need no `allowCredentials`. The gateway adds its
 * headers to the responses of functions, and ignores those that a function sets.
 */
const preflightOf = ({ cors }: StageConfig): CorsPreflightOptions | undefined =>
  cors && {
    allowOrigins: cors.origins,
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PUT, CorsHttpMethod.DELETE],
    allowHeaders: [...CLIENT_HEADERS],
    exposeHeaders: ['allow', 'location', 'retry-after', 'www-authenticate', 'x-request-id'],
    maxAge: Duration.hours(1),
  };

/** One permission for all routes of a function: with one per route, its policy would reach the limit of 20 KB. */
const integrationOf = (fn: ObservedFunction): HttpLambdaIntegration =>
  new HttpLambdaIntegration(`${fn.node.id}Integration`, fn.fn, { scopePermissionToRoute: false });

/** The HTTP API: throttled, logged, with one function per group of routes. The functions check the API key. */
export class HttpApiEdge extends Construct {
  readonly api: HttpApi;
  /** Address of the API. */
  readonly url: string;
  readonly #stage: HttpStage;
  readonly #throttle: StageConfig['throttle'];
  readonly #authorizer: IHttpRouteAuthorizer | undefined;

  constructor(scope: Construct, id: string, props: HttpApiEdgeProps) {
    super(scope, id);
    this.#throttle = props.config.throttle;
    this.#authorizer = props.authorizer;
    const { ratePerSecond, burst } = this.#throttle;
    const corsPreflight = preflightOf(props.config);
    const { mutualTls } = props.config;
    this.api = new HttpApi(this, 'Api', {
      createDefaultStage: false,
      description: 'Forestall',
      ...(corsPreflight === undefined ? {} : { corsPreflight }),
      ...(mutualTls === undefined ? {} : { disableExecuteApiEndpoint: true }),
    });
    this.#stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: ratePerSecond, burstLimit: burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', {
            logGroupName: vendedLogs('apis', this),
            retention: props.config.logRetentionDays,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        format: ACCESS_LOG,
      },
    });
    this.url = this.#publish(mutualTls);
  }

  /** Returns the only address under which clients reach the API. */
  #publish(settings: StageConfig['mutualTls']): string {
    if (settings === undefined) return this.api.apiEndpoint;
    new MutualTlsDomain(this, 'MutualTls', { settings, api: this.api, stage: this.#stage });
    return `https://${settings.domainName}`;
  }

  /** Adds the routes; each invokes the function that serves it. @throws Error if the stage lacks the function */
  serve(
    routes: readonly GatewayRoute[],
    functions: Readonly<Partial<Record<ApiFunctionName, ObservedFunction>>>,
  ): void {
    const integrations = new Map(
      Object.entries(functions).map(([name, fn]) => [name, integrationOf(fn)] as const),
    );
    for (const { method, path, servedBy } of routes) {
      const integration = integrations.get(servedBy);
      if (integration === undefined) throw new Error(`${path} needs ${servedBy}, which the stage lacks`);
      this.#addRoute(path, HttpMethod[method], integration);
    }
    this.#throttleRoutes(routes);
  }

  /** The throttle of the stage holds for each route by itself; these have a lower one. */
  #throttleRoutes(routes: readonly GatewayRoute[]): void {
    const { ratePerSecond, burst } = this.#throttle;
    const limited = routes.filter(({ share }) => share < 1);
    const settings = limited.map(({ method, path, share }) => [
      `${method} ${path}`,
      {
        ThrottlingRateLimit: Math.max(1, ratePerSecond * share),
        ThrottlingBurstLimit: Math.max(1, Math.round(burst * share)),
      },
    ]);
    (this.#stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(settings);
  }

  #addRoute(path: string, method: HttpMethod, integration: HttpLambdaIntegration): void {
    const authorizer = this.#authorizer;
    const [route] = this.api.addRoutes({
      ...{ path, methods: [method], integration },
      ...(authorizer && { authorizer }),
    });
    // The gateway refuses settings of a route that does not exist.
    if (route) this.#stage.node.addDependency(route);
    Validations.of(route?.node.defaultChild as CfnRoute).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'The function checks the API key against its stored hash; an authoriser would be a second function in every request.',
    });
  }
}
