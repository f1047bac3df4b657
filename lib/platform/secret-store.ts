import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';

export interface SecretStoreProps {
  readonly config: StageConfig;
}

/** Purposes of signatures, and the variable in which a function gets the ARN of the secret for each. */
const SIGNING_VARIABLES = {
  api: 'TOKEN_SIGNING_SECRET_ARN',
  webhook: 'WEBHOOK_SIGNING_SECRET_ARN',
  approval: 'APPROVAL_SIGNING_SECRET_ARN',
} as const;
export type SigningPurpose = keyof typeof SIGNING_VARIABLES;

export interface RotatedSecret {
  readonly name: string;
  readonly kind: 'signing';
  readonly secret: Secret;
}

/** A key of 64 random letters and digits; versions that a rotation makes look the same. */
const newSecret = (scope: Construct, id: string, config: StageConfig, description: string): Secret => {
  const secret = new Secret(scope, id, {
    description,
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'key',
      excludePunctuation: true,
      passwordLength: 64,
    },
    removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason:
      'The pipeline stack rotates it, with the function that it invokes; this stack outlives that function.',
  });
  return secret;
};

/**
 * The secrets of the deployment. In the data stack: they must survive the replacement of other stacks. All purposes of
 * signatures share one secret, unless the stage asks for one each at $0.40 a month.
 */
export class SecretStore extends Construct {
  /** Every secret, for its rotation. */
  readonly rotated: readonly RotatedSecret[];
  readonly #signing: Readonly<Record<SigningPurpose, Secret>>;

  constructor(scope: Construct, id: string, { config }: SecretStoreProps) {
    super(scope, id);
    if (config.secrets.separateSigningKeys) {
      const one = (id: string, purpose: SigningPurpose) =>
        newSecret(this, id, config, `Signs for ${purpose}`);
      this.#signing = {
        api: one('ApiSigning', 'api'),
        webhook: one('WebhookSigning', 'webhook'),
        approval: one('ApprovalSigning', 'approval'),
      };
      this.rotated = Object.entries(this.#signing).map(([purpose, secret]) => ({
        ...{ name: `signing-${purpose}`, kind: 'signing' as const, secret },
      }));
    } else {
      const secret = newSecret(this, 'Signing', config, 'Signs access tokens, webhooks and approvals');
      this.#signing = { api: secret, webhook: secret, approval: secret };
      this.rotated = [{ name: 'signing', kind: 'signing', secret }];
    }
  }

  /** Read the versions of the secret that signs for a purpose. */
  grantVerify(reader: ObservedFunction, purpose: SigningPurpose): void {
    const { secretArn } = this.#signing[purpose];
    reader.fn.addEnvironment(SIGNING_VARIABLES[purpose], secretArn);
    reader.allow(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], [secretArn]);
  }
}
