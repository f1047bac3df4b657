import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { SECURITY_HEADERS } from '../../core/platform/api/security-headers.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { ORIGIN_HEADER, type OriginGate } from './origin-gate.ts';

export interface GuardedDistributionProps {
  readonly waf: NonNullable<StageConfig['waf']>;
  readonly webAclArn: string;
  readonly api: HttpApi;
  readonly gate: OriginGate;
}

/** CloudFront in front of the API, without a cache: it carries the firewall, which an HTTP API cannot have. */
export class GuardedDistribution extends Construct {
  readonly distribution: Distribution;
  readonly url: string;

  constructor(scope: Construct, id: string, props: GuardedDistributionProps) {
    super(scope, id);
    const { waf, webAclArn } = props;
    const domain = waf.domain && {
      domainNames: [waf.domain.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', waf.domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Forestall API',
      webAclId: webAclArn,
      ...domain,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: this.#origin(props),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // The gateway refuses the host of CloudFront.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: this.#headers(),
        compress: false,
      },
    });
    this.url = `https://${waf.domain?.name ?? this.distribution.distributionDomainName}`;
    this.#acknowledge(domain === undefined);
  }

  #origin({ api, gate }: GuardedDistributionProps): HttpOrigin {
    const { region, urlSuffix } = Stack.of(this);
    return new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      readTimeout: Duration.seconds(30),
      customHeaders: { [ORIGIN_HEADER]: gate.value.unsafeUnwrap() },
    });
  }

  /** Also on responses of the gateway and of CloudFront. */
  #headers(): ResponseHeadersPolicy {
    const override = true;
    return new ResponseHeadersPolicy(this, 'Headers', {
      comment: 'Security headers of the API',
      securityHeadersBehavior: {
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override },
        contentTypeOptions: { override },
        contentSecurityPolicy: {
          contentSecurityPolicy: SECURITY_HEADERS['content-security-policy'],
          override,
        },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
      },
    });
  }

  #acknowledge(isDefaultDomain: boolean): void {
    const findings = {
      CFR1: 'Clients may be in any country.',
      CFR3: 'The gateway logs each request, and the firewall counts and samples those that it refuses.',
      ...(isDefaultDomain && {
        CFR4: 'The certificate of cloudfront.net allows older TLS; `waf.domain` of the stage excludes it.',
      }),
    };
    for (const [rule, reason] of Object.entries(findings))
      Validations.of(this.distribution).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}
