import { CfnOutput } from 'aws-cdk-lib';
import {
  ApiMapping,
  DomainName,
  type HttpApi,
  type HttpStage,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';

export interface MutualTlsDomainProps {
  readonly settings: NonNullable<StageConfig['mutualTls']>;
  readonly api: HttpApi;
  readonly stage: HttpStage;
}

/**
 * A domain of the API that accepts only clients with a certificate of the trust store. The API must have no other
 * address: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html
 */
export class MutualTlsDomain extends Construct {
  constructor(scope: Construct, id: string, { settings, api, stage }: MutualTlsDomainProps) {
    super(scope, id);
    const { domainName, certificateArn, truststore } = settings;
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
      mtls: {
        bucket: Bucket.fromBucketName(this, 'Truststore', truststore.bucketName),
        key: truststore.key,
        version: truststore.versionId,
      },
    });
    new ApiMapping(this, 'Mapping', { api, domainName: domain, stage });
    new CfnOutput(this, 'Target', {
      value: domain.regionalDomainName,
      description: `Point a DNS record for ${domainName} at this name`,
    });
  }
}
