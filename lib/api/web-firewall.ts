import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { maxBodyBytesOf, type Operation } from '../../core/platform/api/operation.ts';
import type { StageConfig } from '../config/stage-config.ts';

export interface WebFirewallProps {
  readonly waf: NonNullable<StageConfig['waf']>;
  readonly operations: readonly Operation[];
}

/** AWS WAF sees this much of a body behind CloudFront; it would charge for more. */
const INSPECTED_BYTES = 16 * 1024;
const WINDOW_SECONDS = 300;

/**
 * Rules of the common group that only count, because they would block what senders may send: metrics and changes in
 * bodies (which the functions validate strictly), names such as `server.cfg` in addresses, and exporters without a user
 * agent. The API serves no files.
 */
const COUNTED = [
  'SizeRestrictions_BODY',
  'EC2MetaDataSSRF_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'CrossSiteScripting_BODY',
  'RestrictedExtensions_URIPATH',
  'RestrictedExtensions_QUERYARGUMENTS',
  'NoUserAgent_HEADER',
];

/** Samples of requests carry no credentials. */
const CREDENTIAL_HEADERS = ['authorization', 'x-api-key'];

type Rule = CfnWebACL.RuleProperty;

const visible = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
  metricName,
});

const problem = (title: string, status: number, code: string): CfnWebACL.CustomResponseBodyProperty => ({
  contentType: 'APPLICATION_JSON',
  content: JSON.stringify({ type: `https://forestall.dev/problems/${code}`, title, status, code }),
});

const managed = (name: string, priority: number, counted: readonly string[] = []): Rule => ({
  name,
  priority,
  overrideAction: { none: {} },
  visibilityConfig: visible(name),
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name: `AWSManagedRules${name}`,
      ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
    },
  },
});

const addressRate = (limit: number, priority: number): Rule => ({
  name: 'AddressRate',
  priority,
  visibilityConfig: visible('AddressRate'),
  statement: {
    rateBasedStatement: { limit, evaluationWindowSec: WINDOW_SECONDS, aggregateKeyType: 'IP' },
  },
  action: {
    block: {
      customResponse: {
        responseCode: 429,
        customResponseBodyKey: 'rate',
        responseHeaders: [{ name: 'retry-after', value: String(WINDOW_SECONDS) }],
      },
    },
  },
});

/** Matches the paths of operations that take large bodies; parameters match one segment. */
export const largeBodyPaths = (operations: readonly Operation[]): string => {
  const paths = operations
    .filter((operation) => maxBodyBytesOf(operation) > INSPECTED_BYTES)
    .map(({ path }) => path.replace(/^\/v1\//, '').replaceAll(/\{\w+\}/g, '[^/]+'));
  return `^/v1/(${[...new Set(paths)].join('|')})$`;
};

const path = { uriPath: {} };
const unchanged = [{ priority: 0, type: 'NONE' }];

const bodySize = (operations: readonly Operation[], priority: number): Rule => ({
  name: 'BodySize',
  priority,
  visibilityConfig: visible('BodySize'),
  statement: {
    andStatement: {
      statements: [
        {
          sizeConstraintStatement: {
            fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
            comparisonOperator: 'GT',
            size: INSPECTED_BYTES,
            textTransformations: unchanged,
          },
        },
        {
          notStatement: {
            statement: {
              regexMatchStatement: {
                regexString: largeBodyPaths(operations),
                fieldToMatch: path,
                textTransformations: unchanged,
              },
            },
          },
        },
      ],
    },
  },
  action: { block: { customResponse: { responseCode: 413, customResponseBodyKey: 'size' } } },
});

/** Rules for all requests to the API, before they reach the gateway. Each costs $1.00 a month. */
export class WebFirewall extends Construct {
  readonly webAcl: CfnWebACL;

  constructor(scope: Construct, id: string, { waf, operations }: WebFirewallProps) {
    super(scope, id);
    this.webAcl = new CfnWebACL(this, 'WebAcl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('Forestall'),
      customResponseBodies: {
        rate: problem('Too many requests', 429, 'rate-limited'),
        size: problem('Body too large', 413, 'body-too-large'),
      },
      dataProtectionConfig: {
        dataProtections: [
          { action: 'SUBSTITUTION', field: { fieldType: 'SINGLE_HEADER', fieldKeys: CREDENTIAL_HEADERS } },
        ],
      },
      rules: [
        addressRate(waf.maxRequestsPerAddress, 0),
        managed('AmazonIpReputationList', 1),
        bodySize(operations, 2),
        managed('KnownBadInputsRuleSet', 3),
        managed('CommonRuleSet', 4, COUNTED),
      ],
    });
  }
}
