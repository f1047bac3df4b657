import { Duration, RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ObservedFunction } from '../platform/observed-function.ts';

export interface OriginGateProps {
  readonly config: StageConfig;
  readonly waf: NonNullable<StageConfig['waf']>;
  readonly notify: ITopic;
}

/** CloudFront replaces it if a client sends it. */
export const ORIGIN_HEADER = 'x-forestall-origin';
const CACHE_MINUTES = 5;

/**
 * Closes the address of the gateway to all but CloudFront, which sends a secret. The gateway itself refuses requests
 * without the header, and remembers the answer for a value, so the function runs a few times an hour.
 */
export class OriginGate extends Construct {
  readonly authorizer: HttpLambdaAuthorizer;
  /** What CloudFront sends; CloudFormation inserts it, so that no template contains it. */
  readonly value: SecretValue;

  constructor(scope: Construct, id: string, { config, waf, notify }: OriginGateProps) {
    super(scope, id);
    const secret = this.#makeSecret();
    const { originSecretVersion: versionId } = waf;
    this.value = SecretValue.secretsManager(secret.secretArn, {
      jsonField: 'key',
      ...(versionId && { versionId }),
    });
    const gate = new ObservedFunction(this, 'AuthorizeOrigin', {
      entry: 'authorize-origin',
      description: 'Lets requests of CloudFront through',
      ...{ config, notify, memoryMb: 256, timeout: Duration.seconds(15) },
      environment: { ORIGIN_SECRET_ARN: secret.secretArn },
      failure: {
        impact: 'Requests to the API fail.',
        runbook: 'The API answers 5xx',
        coveredBy: 'the 5xx alarm of the API',
      },
    });
    gate.allow(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], [secret.secretArn]);
    this.authorizer = new HttpLambdaAuthorizer('CloudFrontOnly', gate.fn, {
      identitySource: [`$request.header.${ORIGIN_HEADER}`],
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      resultsCacheTtl: Duration.minutes(CACHE_MINUTES),
    });
  }

  #makeSecret(): Secret {
    const secret = new Secret(this, 'Secret', {
      description: 'CloudFront sends it to the API',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'key',
        excludePunctuation: true,
        passwordLength: 64,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason: 'A new version takes effect with a deployment, which changes CloudFront: see docs/security.md.',
    });
    return secret;
  }
}
