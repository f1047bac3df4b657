/** What the gateway lets through: throttles of the routes, and web pages of other origins. */
import { describe, expect, it } from 'vitest';
import { CLIENT_HEADERS } from '../../core/platform/api/request-headers.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { BILLING_MODELS } from '../../cost/billing-models.ts';
import { selectStage, validateConfig } from '../../lib/config/select-stage.ts';
import { addRulePacks } from '../../lib/synth/rule-packs.ts';
import { synthesise } from '../../lib/synth/synthesise.ts';
import { resourcesIn, resourcesOfType, stageOf, text, WITH_SWITCHES } from './synthesised-stage.ts';

const [one] = resourcesOfType(stageOf('prod'), 'AWS::ApiGatewayV2::Stage', ['edge']);
const stage = one!;
const keys = resourcesOfType(stageOf('prod'), 'AWS::ApiGatewayV2::Route', ['edge']).map(
  ({ Properties }) => Properties.RouteKey as string,
);

describe('the throttle', () => {
  const { DefaultRouteSettings, RouteSettings } = stage.Properties;

  it('of the stage holds for the routes that take data, and for no others', () => {
    expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 });
    const own = new Set(Object.keys(RouteSettings));
    expect(keys.filter((key) => !own.has(key)).sort()).toEqual([
      'POST /v1/ingest/otlp/v1/metrics',
      'POST /v1/ingest/{format}',
      'POST /v1/metrics',
    ]);
    expect([...own].filter((key) => !keys.includes(key))).toEqual([]);
  });

  it.each([
    ['GET /v1/targets', 500, 1000],
    ['POST /v1/changes', 200, 400],
    ['PUT /v1/settings', 100, 200],
    ['POST /v1/webhooks/{tenantId}/changes', 100, 200],
    ['GET /v1/health', 100, 200],
    ['ANY /v1/{proxy+}', 100, 200],
  ])('of %s is lower', (key, rate, burst) => {
    expect(RouteSettings[key]).toEqual({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
  });

  it('holds for every route of every switch, and for none above the rate of the stage', () => {
    const full = stageOf('prod', WITH_SWITCHES);
    const [{ Properties }] = resourcesOfType(full, 'AWS::ApiGatewayV2::Stage', ['edge']) as [typeof stage];
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = Properties.DefaultRouteSettings;
    const routes = resourcesOfType(full, 'AWS::ApiGatewayV2::Route', ['edge']);
    expect(routes.length).toBeGreaterThan(keys.length);
    for (const { RouteKey } of routes.map((route) => route.Properties)) {
      const own = Properties.RouteSettings[RouteKey] ?? Properties.DefaultRouteSettings;
      expect(own.ThrottlingRateLimit, RouteKey).toBeGreaterThanOrEqual(1);
      expect(own.ThrottlingRateLimit, RouteKey).toBeLessThanOrEqual(rate);
      expect(own.ThrottlingBurstLimit, RouteKey).toBeLessThanOrEqual(burst);
    }
  });

  it('never reaches zero', () => {
    const small = stageOf('dev', { throttle: { ratePerSecond: 1, burst: 1 } });
    const [{ Properties }] = resourcesOfType(small, 'AWS::ApiGatewayV2::Stage', ['edge']) as [typeof stage];
    for (const settings of Object.values(Properties.RouteSettings))
      expect(settings).toEqual({ ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 });
  });

  it('is set once the routes exist, without which the gateway refuses it', () => {
    const edge = resourcesIn(stageOf('prod'), ['edge']);
    const routes = [...edge].filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route');
    const [, resource] = [...edge].find(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Stage')!;
    const { DependsOn } = resource as unknown as { DependsOn: string[] };
    expect(DependsOn).toEqual(expect.arrayContaining(routes.map(([id]) => id.replace('edge/', ''))));
  });
});

describe('web pages of other origins', () => {
  const corsOf = (changes: Parameters<typeof stageOf>[1]) =>
    resourcesOfType(stageOf('dev', changes), 'AWS::ApiGatewayV2::Api', ['edge'])[0]?.Properties
      .CorsConfiguration;

  it('cannot call the API by default', () => {
    expect(corsOf({})).toBeUndefined();
  });

  it('can call it if they are listed, with the headers of the API and without cookies', () => {
    expect(corsOf({ cors: { origins: ['https://console.example.com'] } })).toEqual({
      AllowOrigins: ['https://console.example.com'],
      AllowMethods: ['GET', 'POST', 'PUT', 'DELETE'],
      AllowHeaders: CLIENT_HEADERS,
      ExposeHeaders: ['allow', 'location', 'retry-after', 'www-authenticate', 'x-request-id'],
      MaxAge: 3600,
    });
  });

  it.each([
    '*',
    'https://*.example.com',
    'http://console.example.com',
    'https://console.example.com/',
    'https://Console.example.com',
    'https://a.example https://b.example',
    'null',
  ])('cannot be listed as %s', (origin) => {
    const configure = () => validateConfig({ ...selectStage('dev'), cors: { origins: [origin] } });
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow('expected an origin without a wildcard or a path');
  });

  it.each(['http://localhost:5173', 'http://127.0.0.1:5173', 'https://a.example:8443'])(
    'can be listed as %s',
    (origin) => {
      expect(validateConfig({ ...selectStage('dev'), cors: { origins: [origin] } }).cors).toEqual({
        origins: [origin],
      });
    },
  );
});

describe('mutual TLS', () => {
  const mutualTls = {
    domainName: 'forestall.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
    truststore: { bucketName: 'trust', key: 'clients.pem', versionId: 'v1' },
  };
  const config = validateConfig({ ...selectStage('dev'), mutualTls });
  const guarded = synthesise(config, addRulePacks);
  const only = (type: string) => {
    const [found, ...more] = resourcesOfType(guarded, type, ['edge']);
    expect(more).toEqual([]);
    return found?.Properties;
  };

  it('is off by default, and the API keeps its address', () => {
    const edge = text(stageOf('prod').templates.edge);
    expect(edge).not.toMatch(/ApiGatewayV2::(DomainName|ApiMapping)|DisableExecuteApiEndpoint/);
  });

  it('accepts only clients with a certificate of the trust store, in the given version', () => {
    expect(only('AWS::ApiGatewayV2::DomainName')).toMatchObject({
      DomainName: 'forestall.example.com',
      DomainNameConfigurations: [
        { CertificateArn: mutualTls.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
      MutualTlsAuthentication: { TruststoreUri: 's3://trust/clients.pem', TruststoreVersion: 'v1' },
    });
    expect(only('AWS::ApiGatewayV2::ApiMapping')).toMatchObject({ Stage: '$default' });
  });

  it('leaves the API no other address, and names the domain as its own', () => {
    expect(only('AWS::ApiGatewayV2::Api')).toMatchObject({ DisableExecuteApiEndpoint: true });
    expect(guarded.templates.edge).toMatchObject({
      Outputs: { ApiUrl: { Value: 'https://forestall.example.com' } },
    });
  });

  it('is billed by use alone', () => {
    for (const type of ['AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::ApiMapping'])
      expect(BILLING_MODELS[type]).toEqual({ bills: 'usage' });
  });

  it.each([
    [{ domainName: 'https://forestall.example.com' }],
    [{ certificateArn: 'arn:aws:iam::123456789012:server-certificate/x' }],
    [{ truststore: { bucketName: 'trust', key: 'clients.pem' } }],
  ])('is refused with %j', (wrong) => {
    expect(() => validateConfig({ ...config, mutualTls: { ...mutualTls, ...wrong } })).toThrow('mutualTls');
  });

  it('cannot be combined with web pages of other origins', () => {
    const both = { ...config, cors: { origins: ['https://console.example.com'] } };
    expect(() => validateConfig(both)).toThrow('browsers send no certificate');
  });
});
