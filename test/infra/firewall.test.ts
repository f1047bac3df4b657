/** CloudFront with AWS WAF in front of the API (`waf`): what it adds, and that there is no way past it. */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../core/api/operations.ts';
import { maxBodyBytesOf, type Operation } from '../../core/platform/api/operation.ts';
import { SECURITY_HEADERS } from '../../core/platform/api/security-headers.ts';
import { priceLines, totalOf } from '../../core/platform/billing/cost-lines.ts';
import { parseWorkload, reportCost } from '../../cost/report.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { largeBodyPaths } from '../../lib/api/web-firewall.ts';
import { selectStage, validateConfig } from '../../lib/config/select-stage.ts';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { addRulePacks } from '../../lib/synth/rule-packs.ts';
import { type Synthesis, synthesise } from '../../lib/synth/synthesise.ts';
import { plainHttp, secretsInEnvironments, unencrypted } from './encryption-rules.ts';
import { type Resource, resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';

const waf = { maxRequestsPerAddress: 10_000 };
const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';
/** Synthesis with the rule packs takes several times as long. */
const withWaf = (changes: Partial<StageConfig> = {}, prepare = addRulePacks): Synthesis =>
  synthesise(validateConfig({ ...selectStage('prod'), waf, ...changes }), prepare);
const unchecked = () => {};
const guarded = withWaf();

const only = (type: string, stage = guarded): Resource => {
  const [found, ...more] = resourcesOfType(stage, type);
  expect(more).toEqual([]);
  return found!;
};
const rules: readonly Record<string, never>[] = only('AWS::WAFv2::WebACL').Properties.Rules;
const ruleNamed = (name: string) => rules.find(({ Name }) => Name === name);

describe('without the switch', () => {
  it('there is no firewall, no CloudFront and no authoriser', () => {
    const off = stageOf('prod');
    expect(off.templates.firewall).toBeUndefined();
    expect(text(off.templates)).not.toMatch(/WAFv2|CloudFront|ApiGatewayV2::Authorizer|BEHIND_CLOUDFRONT/);
  });

  it('nothing but the switch differs: what it adds is listed here', () => {
    const off = resourcesIn(stageOf('prod'));
    const added = [...resourcesIn(guarded)]
      .filter(([id]) => !off.has(id))
      .map(([, { Type }]): string => Type);
    expect(added.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'AWS::ApiGatewayV2::Authorizer',
      'AWS::CloudFront::Distribution',
      'AWS::CloudFront::ResponseHeadersPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SecretsManager::Secret',
      'AWS::WAFv2::WebACL',
    ]);
  });
});

describe('the address of the gateway', () => {
  it('refuses on every route what does not come from CloudFront', () => {
    const routes = resourcesOfType(guarded, 'AWS::ApiGatewayV2::Route', ['edge']);
    expect(routes.length).toBeGreaterThan(30);
    const [id] = [...resourcesIn(guarded, ['edge'])].find(
      ([, { Type }]) => Type === 'AWS::ApiGatewayV2::Authorizer',
    )!;
    for (const { Properties } of routes)
      expect(Properties, Properties.RouteKey).toMatchObject({
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: id.replace('edge/', '') },
      });
  });

  it('is decided by the secret that CloudFront alone sends, which no template contains', () => {
    expect(only('AWS::ApiGatewayV2::Authorizer').Properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.x-forestall-origin'],
      AuthorizerResultTtlInSeconds: 300,
    });
    const [origin] = only('AWS::CloudFront::Distribution').Properties.DistributionConfig.Origins;
    expect(text(origin.OriginCustomHeaders)).toMatch(
      /"x-forestall-origin".*\{\{resolve:secretsmanager:.*OriginSecret\w{8}.*:SecretString:key::\}\}/,
    );
  });

  it('takes the secret in the version of the stage, so that a new one is a deployment', () => {
    const originSecretVersion = '11111111-2222-3333-4444-555555555555';
    const renewed = withWaf({ waf: { ...waf, originSecretVersion } }, unchecked);
    expect(text(only('AWS::CloudFront::Distribution', renewed))).toContain(
      `:SecretString:key::${originSecretVersion}}}`,
    );
  });
});

describe('CloudFront', () => {
  const { DistributionConfig: config } = only('AWS::CloudFront::Distribution').Properties;

  it('carries the firewall, which is in us-east-1 wherever the stage is', () => {
    const stage = withWaf({ env: { account: '123456789012', region: 'eu-central-1' } }, unchecked);
    expect(stage.stacks.firewall?.region).toBe('us-east-1');
    expect(stage.stacks.edge.region).toBe('eu-central-1');
    for (const { Properties } of [
      only('AWS::CloudFront::Distribution', stage),
      { Properties: { DistributionConfig: config } },
    ])
      expect(Properties.DistributionConfig.WebACLId).toEqual({
        'Fn::GetStackOutput': {
          StackName: 'Forestall-prod-Firewall',
          OutputName: 'WebAclArn',
          Region: 'us-east-1',
        },
      });
    expect(stage.stacks.edge.dependencies.map(({ stackName }) => stackName)).toContain(
      'Forestall-prod-Firewall',
    );
  });

  it('caches nothing, and speaks TLS to both sides', () => {
    expect(config.DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'https-only',
      // CachingDisabled and AllViewerExceptHostHeader, managed by AWS.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
    expect(config.CacheBehaviors).toBeUndefined();
    expect(config.Origins[0].CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    });
  });

  it('adds the security headers to responses of the gateway, too', () => {
    const { SecurityHeadersConfig: headers } = only('AWS::CloudFront::ResponseHeadersPolicy').Properties
      .ResponseHeadersPolicyConfig;
    expect({
      'strict-transport-security': `max-age=${headers.StrictTransportSecurity.AccessControlMaxAgeSec}`,
      'x-content-type-options': headers.ContentTypeOptions.Override ? 'nosniff' : 'absent',
      'content-security-policy': headers.ContentSecurityPolicy.ContentSecurityPolicy,
      'referrer-policy': headers.ReferrerPolicy.ReferrerPolicy,
    }).toEqual(SECURITY_HEADERS);
  });

  it('is the address of the API, under a domain of its own if the stage has one', () => {
    const domain = { name: 'api.example.com', certificateArn: CERTIFICATE };
    const named = withWaf({ waf: { ...waf, domain } });
    const urlOf = ({ templates }: Synthesis) =>
      (templates.edge as { Outputs: { ApiUrl: unknown } }).Outputs.ApiUrl;
    expect(urlOf(named)).toEqual({ Value: 'https://api.example.com' });
    expect(text(urlOf(guarded))).toContain('"DomainName"');
    expect(only('AWS::CloudFront::Distribution', named).Properties.DistributionConfig).toMatchObject({
      Aliases: ['api.example.com'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
  });
});

describe('the firewall', () => {
  it('limits addresses, refuses known attackers and known attacks, and large bodies, in this order', () => {
    expect(rules.map(({ Name }) => Name)).toEqual([
      'AddressRate',
      'AmazonIpReputationList',
      'BodySize',
      'KnownBadInputsRuleSet',
      'CommonRuleSet',
    ]);
    expect(rules.map(({ Priority }) => Priority)).toEqual([0, 1, 2, 3, 4]);
    expect(only('AWS::WAFv2::WebACL').Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
    });
  });

  it('answers an address above the limit with a problem, for five minutes', () => {
    expect(ruleNamed('AddressRate')).toMatchObject({
      Statement: { RateBasedStatement: { Limit: 10_000, EvaluationWindowSec: 300, AggregateKeyType: 'IP' } },
      Action: {
        Block: {
          CustomResponse: { ResponseCode: 429, ResponseHeaders: [{ Name: 'retry-after', Value: '300' }] },
        },
      },
    });
    const { rate } = only('AWS::WAFv2::WebACL').Properties.CustomResponseBodies;
    expect(JSON.parse(rate.Content)).toMatchObject({ status: 429, code: 'rate-limited' });
  });

  it('blocks with the managed rules, except those that match what senders may send', () => {
    const overrides = (name: string) =>
      text(ruleNamed(name)?.Statement).match(/"ActionToUse":\{"Count":\{\}\},"Name":"\w+"/g) ?? [];
    for (const name of ['AmazonIpReputationList', 'KnownBadInputsRuleSet', 'CommonRuleSet'])
      expect(ruleNamed(name)).toMatchObject({
        OverrideAction: { None: {} },
        Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: `AWSManagedRules${name}` } },
      });
    expect([overrides('AmazonIpReputationList'), overrides('KnownBadInputsRuleSet')]).toEqual([[], []]);
    expect(overrides('CommonRuleSet')).toHaveLength(8);
  });

  it.each(Object.entries(OPERATIONS) as [string, Operation][])(
    'lets the largest body of %s through if the operation takes it',
    (_, operation) => {
      const paths = new RegExp(largeBodyPaths(Object.values(OPERATIONS)));
      const path = operation.path.replaceAll(/\{\w+\}/g, 'some-id.cfg');
      const takesMore = maxBodyBytesOf(operation) > 16 * 1024;
      const siblings = Object.values(OPERATIONS).filter((each: Operation) => each.path === operation.path);
      expect(paths.test(path)).toBe(takesMore || siblings.some((each) => maxBodyBytesOf(each) > 16 * 1024));
    },
  );

  it('names its large paths in a pattern that AWS WAF accepts, and matches nothing else', () => {
    const pattern = largeBodyPaths(Object.values(OPERATIONS));
    expect(pattern.length).toBeLessThan(512);
    for (const path of [
      '/v1/api-keys',
      '/v1/tokens',
      '/v1/settings/more',
      '/v2/settings',
      '/v1/nothing',
      '/',
    ])
      expect(path).not.toMatch(new RegExp(pattern));
  });

  it('shows no credentials in its samples', () => {
    expect(text(only('AWS::WAFv2::WebACL').Properties.DataProtectionConfig)).toContain(
      '["authorization","x-api-key"]',
    );
  });
});

it.each(['aws-managed', 'customer-key'] as const)(
  'everything is encrypted, over TLS and without secrets, with keys of kind %s',
  (encryption) => {
    const resources = resourcesIn(encryption === 'aws-managed' ? guarded : withWaf({ encryption }));
    expect(unencrypted(resources, encryption)).toEqual([]);
    expect([plainHttp(resources), secretsInEnvironments(resources)]).toEqual([[], []]);
  },
);

describe('the settings', () => {
  it.each([
    [
      'a limit that AWS WAF does not take',
      'prod',
      { waf: { maxRequestsPerAddress: 9 } },
      'maxRequestsPerAddress',
    ],
    [
      'a certificate of another region',
      'prod',
      {
        waf: {
          ...waf,
          domain: { name: 'a.example', certificateArn: CERTIFICATE.replace('us-east-1', 'eu-west-1') },
        },
      },
      'expected a certificate of ACM in us-east-1',
    ],
    ['a local stage', 'local', { waf }, 'the emulator has no CloudFront'],
    [
      'mutual TLS',
      'prod',
      {
        waf,
        mutualTls: {
          domainName: 'a.example',
          certificateArn: CERTIFICATE,
          truststore: { bucketName: 'trust', key: 'clients.pem', versionId: 'v1' },
        },
      },
      'must be absent with mutualTls',
    ],
  ] as const)('refuse %s', (_, stage, changes, message) => {
    expect(() => validateConfig({ ...selectStage(stage), ...changes })).toThrow(message);
  });
});

describe('the cost', () => {
  const totals = (stage: Synthesis) => {
    const facts = factsOf(Object.values(stage.templates));
    const { idle, fleet } = reportCost(parseWorkload({ cadenceMinutes: '60' }), facts);
    return { facts, idle: totalOf(idle).list, fleet, list: totalOf(fleet).list };
  };
  const [off, on] = [totals(stageOf('prod')), totals(guarded)];

  it('is nothing without the switch', () => {
    expect(off.facts.firewallRules).toBeUndefined();
    expect(off.fleet.filter(({ component }) => component.includes('irewall'))).toEqual([]);
  });

  it('is $10.40 a month idle: a web ACL, five rules and a secret', () => {
    expect(on.facts.firewallRules).toBe(5);
    expect(on.idle - off.idle).toBeCloseTo(5 + 5 + 0.4, 2);
  });

  it('is $1.60 for a million requests, and the bytes that CloudFront sends on', () => {
    const requests = on.fleet.find(({ price }) => price === 'httpApiRequest')?.units ?? Number.NaN;
    const bytes = on.fleet.filter(({ price }) => price === 'cloudFrontOriginGb');
    const { list } = totalOf(priceLines(bytes));
    expect(list).toBeGreaterThan(0);
    expect(on.list - off.list).toBeCloseTo(10.4 + (requests / 1e6) * 1.6 + list, 2);
  });
});
