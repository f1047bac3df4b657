import { RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Integration } from '../../core/platform/api/integrations.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ObservedFunction } from './observed-function.ts';
import type { VaultTable } from './vault-table.ts';

export interface SecretStoreProps {
  readonly config: StageConfig;
  /** The records whose keys a secret wraps; undefined if the stage has no vault. */
  readonly vaultTable: VaultTable | undefined;
}

/** Purposes of signatures, and the variable in which a function gets the ARN of the secret for each. */
const SIGNING_VARIABLES = {
  api: 'TOKEN_SIGNING_SECRET_ARN',
  webhook: 'WEBHOOK_SIGNING_SECRET_ARN',
  approval: 'APPROVAL_SIGNING_SECRET_ARN',
} as const;
export type SigningPurpose = keyof typeof SIGNING_VARIABLES;

export type RotatedSecret = { readonly name: string; readonly secret: Secret } & (
  | { readonly kind: 'signing' | 'vault' }
  | { readonly kind: 'integration'; readonly integration: Integration }
);

/** The secrets as functions get them in `ROTATION_TARGETS`. */
export const rotationTargets = (stack: Stack, secrets: readonly RotatedSecret[]): string =>
  stack.toJsonString(secrets.map(({ secret, ...rest }) => ({ ...rest, arn: secret.secretArn })));

interface NewSecret {
  readonly config: StageConfig;
  readonly description: string;
  readonly field?: string;
}

/**
 * A key of 64 random letters and digits; versions that a rotation makes look the same. Under another `field` it stands for
 * a credential that an operator stores after the deployment.
 */
const newSecret = (
  scope: Construct,
  id: string,
  { config, description, field = 'key' }: NewSecret,
): Secret => {
  const secret = new Secret(scope, id, {
    description,
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: field,
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
  /** Without the credentials of integrations. */
  readonly own: readonly RotatedSecret[];
  /** Undefined unless the stage has a vault. */
  readonly vault: { readonly secret: Secret; readonly table: VaultTable } | undefined;
  readonly #signing: Readonly<Record<SigningPurpose, Secret>>;

  constructor(scope: Construct, id: string, { config, vaultTable }: SecretStoreProps) {
    super(scope, id);
    const make = (id: string, description: string) => newSecret(this, id, { config, description });
    const isShared = !config.secrets.separateSigningKeys;
    const shared = isShared ? make('Signing', 'Signs access tokens, webhooks and approvals') : undefined;
    this.#signing = {
      api: shared ?? make('ApiSigning', 'Signs access tokens'),
      webhook: shared ?? make('WebhookSigning', 'Signs webhooks'),
      approval: shared ?? make('ApprovalSigning', 'Signs approvals'),
    };
    this.vault = vaultTable && {
      secret: make('Vault', 'Wraps the keys of personal data'),
      table: vaultTable,
    };
    const signing = shared
      ? [{ name: 'signing', secret: shared }]
      : Object.entries(this.#signing).map(([purpose, secret]) => ({ name: `signing-${purpose}`, secret }));
    this.own = [
      ...signing.map((each) => ({ ...each, kind: 'signing' as const })),
      ...(this.vault ? [{ name: 'vault', kind: 'vault' as const, secret: this.vault.secret }] : []),
    ];
    this.rotated = [...this.own, ...this.#integrations(config)];
  }

  #integrations(config: StageConfig): readonly RotatedSecret[] {
    return config.secrets.integrations.map((integration) => {
      const { kind, name } = integration;
      const secret = newSecret(this, `Integration-${name}`, {
        config,
        description: `Credential of the integration ${name}`,
        field: kind === 'signed-webhook' ? 'key' : 'placeholder',
      });
      return { name: `integration-${name}`, kind: 'integration', secret, integration };
    });
  }

  /** Read the versions of the secret that signs for a purpose. */
  grantVerify(reader: ObservedFunction, purpose: SigningPurpose): void {
    const { secretArn } = this.#signing[purpose];
    reader.fn.addEnvironment(SIGNING_VARIABLES[purpose], secretArn);
    reader.allow(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], [secretArn]);
  }
}
