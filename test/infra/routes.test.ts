import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../core/api/operations.ts';
import { API_FUNCTIONS, type Operation } from '../../core/platform/api/operation.ts';
import { listFunctions } from '../../functions/build.ts';
import { matchPath } from '../../functions/runtime/find-route.ts';
import { gatewayRoutes } from '../../lib/api/gateway-routes.ts';
import { selectStage } from '../../lib/config/select-stage.ts';
import { type Resource, resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';

/** With the routes of SCIM, which a stage has by switch. */
const prod = stageOf('prod', { signIn: { ...selectStage('prod').signIn, scim: true } });
const edge = resourcesIn(prod, ['edge']);
const operations: readonly Operation[] = Object.values(OPERATIONS);

/** The resource of the edge stack that a value of the template refers to. */
const referredBy = (value: unknown): Resource => {
  const id = /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(text(value))?.[1];
  const found = edge.get(`edge/${id}`);
  if (found === undefined) throw new Error(`${text(value)} refers to nothing`);
  return found;
};

/** Name of the function that a route invokes. */
const functionOf = ({ Properties: { Target } }: Resource): string => {
  const integration = referredBy(Target['Fn::Join'][1].at(-1));
  const { Properties } = referredBy(integration.Properties.IntegrationUri);
  return Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME;
};

const routes = resourcesOfType(prod, 'AWS::ApiGatewayV2::Route', ['edge']);
const functionByRoute = new Map(
  routes.map((route) => [String(route.Properties.RouteKey), functionOf(route)]),
);

/** Keys of the routes that match an operation's requests, other than the fallback. */
const routesOf = ({ method, path }: Operation): string[] =>
  [...functionByRoute.keys()].filter((key) => {
    const [routeMethod = '', template = ''] = key.split(' ');
    const matches = template.endsWith('/{proxy+}')
      ? path.startsWith(template.slice(0, -'{proxy+}'.length))
      : matchPath(template, path) !== undefined;
    return routeMethod === method.toUpperCase() && matches;
  });

describe('the routes of the HTTP API', () => {
  it('route each operation to exactly the function that serves it', () => {
    expect(functionByRoute.size).toBe(routes.length);
    for (const operation of operations) {
      // A fixed path takes precedence over one with parameters, such as /v1/changes/assess over /v1/changes/{changeId}.
      const keys = routesOf(operation);
      const exact = `${operation.method.toUpperCase()} ${operation.gatewayPath ?? operation.path}`;
      expect(keys.filter((key) => key === exact)).toHaveLength(1);
      expect(functionByRoute.get(exact)).toBe(operation.servedBy);
    }
  });

  it('each belong to an operation, except the one that answers unknown addresses', () => {
    const keys = operations.map(
      ({ method, path, gatewayPath = path }) => `${method.toUpperCase()} ${gatewayPath}`,
    );
    const unknown = [...functionByRoute].filter(([key]) => !keys.includes(key));
    expect(unknown).toEqual([
      ['ANY /v1', 'query-api'],
      ['ANY /v1/{proxy+}', 'query-api'],
    ]);
    expect(gatewayRoutes(operations).slice(-2)).toEqual(gatewayRoutes([]));
  });

  it('are those that clients use', () => {
    expect([...functionByRoute.keys()].sort()).toEqual([
      'ANY /v1',
      'ANY /v1/{proxy+}',
      'DELETE /v1/api-keys/{keyId}',
      'DELETE /v1/scim/v2/{proxy+}',
      'GET /v1/actions',
      'GET /v1/anomalies',
      'GET /v1/api-keys',
      'GET /v1/approvals/{link}',
      'GET /v1/autonomy',
      'GET /v1/breaches',
      'GET /v1/breakers',
      'GET /v1/changes',
      'GET /v1/changes/{changeId}',
      'GET /v1/decisions',
      'GET /v1/decisions/{sequence}',
      'GET /v1/forecast-runs',
      'GET /v1/forecast-runs/{runId}',
      'GET /v1/health',
      'GET /v1/incidents',
      'GET /v1/incidents/{incidentId}',
      'GET /v1/incidents/{incidentId}/causes',
      'GET /v1/ingestion',
      'GET /v1/kill-switch',
      'GET /v1/models/{modelId}/performance',
      'GET /v1/openapi.json',
      'GET /v1/recommendations',
      'GET /v1/remediation-policy',
      'GET /v1/remediation-report',
      'GET /v1/remediations',
      'GET /v1/remediations/{remediationId}',
      'GET /v1/scim/v2/{proxy+}',
      'GET /v1/settings',
      'GET /v1/targets',
      'GET /v1/targets/{targetId}/baseline',
      'GET /v1/targets/{targetId}/forecast',
      'GET /v1/targets/{targetId}/series',
      'GET /v1/targets/{targetId}/trends',
      'GET /v1/topology',
      'GET /v1/webhooks/signing-keys',
      'PATCH /v1/scim/v2/{proxy+}',
      'POST /v1/alerts',
      'POST /v1/alerts/alertmanager',
      'POST /v1/api-keys',
      'POST /v1/api-keys/{keyId}/rotate',
      'POST /v1/approvals/{link}',
      'POST /v1/changes',
      'POST /v1/changes/assess',
      'POST /v1/forecast-runs',
      'POST /v1/incidents/{incidentId}/transitions',
      'POST /v1/ingest/otlp/v1/metrics',
      'POST /v1/ingest/{format}',
      'POST /v1/metrics',
      'POST /v1/remediations',
      'POST /v1/remediations/{remediationId}/approval-link',
      'POST /v1/remediations/{remediationId}/approve',
      'POST /v1/remediations/{remediationId}/reject',
      'POST /v1/remediations/{remediationId}/undo',
      'POST /v1/scim/v2/{proxy+}',
      'POST /v1/tokens',
      'POST /v1/traces',
      'POST /v1/webhooks/signing-keys/replace',
      'POST /v1/webhooks/{tenantId}/changes',
      'PUT /v1/kill-switch',
      'PUT /v1/remediation-policy',
      'PUT /v1/scim/v2/{proxy+}',
      'PUT /v1/settings',
      'PUT /v1/topology',
    ]);
  });

  it('do not reach two functions with one address and method', () => {
    for (const operation of operations) {
      const functions = new Set(routesOf(operation).map((key) => functionByRoute.get(key)));
      expect([...functions]).toEqual([operation.servedBy]);
    }
  });

  it('share one integration and one permission for each function', () => {
    const integrations = resourcesOfType(prod, 'AWS::ApiGatewayV2::Integration', ['edge']);
    expect(integrations).toHaveLength(API_FUNCTIONS.length);
    // The authoriser behind the firewall has a permission of its own.
    const permissions = resourcesOfType(prod, 'AWS::Lambda::Permission', ['edge']).filter(
      ({ Properties }) => !text(Properties.SourceArn).includes('/authorizers/'),
    );
    expect(permissions).toHaveLength(API_FUNCTIONS.length);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(text(Properties.SourceArn)).toContain('/*/*');
    }
  });

  it('lead only to functions that exist and serve an operation', () => {
    const serving = new Set(operations.map(({ servedBy }) => servedBy));
    expect([...serving].sort()).toEqual([...API_FUNCTIONS].sort());
    expect(listFunctions()).toEqual(expect.arrayContaining([...serving]));
  });
});
