import { Duration, RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ProviderAttribute,
  StringAttribute,
  UserPool,
  type UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolIdentityProviderOidc,
  UserPoolIdentityProviderSaml,
  UserPoolIdentityProviderSamlMetadata,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { TenantDirectories } from '../../core/platform/api/tenant-directories.ts';
import type { IdentityProvider, StageConfig } from '../config/stage-config.ts';
import type { TableProps } from './context-table.ts';
import type { ObservedFunction } from './observed-function.ts';
import { PROVISION_ACTIONS } from './provision-actions.ts';

const MFA = { off: Mfa.OFF, optional: Mfa.OPTIONAL, required: Mfa.REQUIRED } as const;
const SCOPES = [OAuthScope.OPENID, OAuthScope.PROFILE, OAuthScope.EMAIL];

/**
 * The people of all tenants. Groups `<tenant>.<role>` give them their permissions. People cannot sign up by themselves. The
 * pool can federate with the identity providers of the stage.
 */
export class SignIn extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  readonly #directories: TenantDirectories;

  constructor(scope: Construct, id: string, { config }: TableProps) {
    super(scope, id);
    this.#directories = directoriesOf(config);
    this.pool = this.#makePool(config);
    const providers = config.signIn.providers.map((provider) => this.#federate(provider));
    this.client = this.#makeClient(config);
    for (const provider of providers) this.client.node.addDependency(provider);
    const { loginDomain } = config.signIn;
    if (loginDomain !== undefined)
      this.pool.addDomain('Domain', { cognitoDomain: { domainPrefix: loginDomain } });
  }

  /** Verify access tokens. The keys of the pool are public: no permission is needed. */
  grantVerify(verifier: ObservedFunction): void {
    verifier.fn.addEnvironment('USER_POOL_ID', this.pool.userPoolId);
    verifier.fn.addEnvironment('USER_POOL_CLIENT_ID', this.client.userPoolClientId);
  }

  /** Add, change and remove people and their groups. The pool is shared by all tenants; the function stays within the caller's. */
  grantProvision(writer: ObservedFunction): void {
    writer.fn.addEnvironment('USER_POOL_ID', this.pool.userPoolId);
    writer.fn.addEnvironment('TENANT_DIRECTORIES', JSON.stringify(this.#directories));
    // Not the pool's own ARN: the data stack exports it only while this function exists, and could not stop exporting it.
    const arn = Stack.of(writer).formatArn({
      ...{ service: 'cognito-idp', resource: 'userpool', resourceName: this.pool.userPoolId },
    });
    writer.allow(
      PROVISION_ACTIONS.map((action) => `cognito-idp:${action}`),
      [arn],
    );
  }

  #makePool({ signIn, retainData }: StageConfig): UserPool {
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      // The access token names people by their user name: readable in the records of what they did.
      signInAliases: { username: true, email: true },
      autoVerify: { email: true },
      signInCaseSensitive: false,
      mfa: MFA[signIn.mfa],
      ...(signIn.mfa === 'off' ? {} : { mfaSecondFactor: { otp: true, sms: false } }),
      passwordPolicy: {
        ...{ minLength: 14, requireLowercase: true, requireUppercase: true, requireDigits: true },
        ...{ requireSymbols: true, tempPasswordValidity: Duration.days(3) },
      },
      // Id of a person in the directory that provisions them.
      customAttributes: { externalId: new StringAttribute({ mutable: true, maxLen: 256 }) },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledgeFindings(pool, signIn.mfa);
    return pool;
  }

  #makeClient({ signIn, local }: StageConfig): UserPoolClient {
    const { callbackUrls } = signIn;
    return this.pool.addClient('Client', {
      // A public client: code flow with PKCE for browsers, SRP for tools. Passwords only reach the emulator.
      generateSecret: false,
      authFlows: { userSrp: true, userPassword: local },
      ...(callbackUrls.length === 0
        ? { disableOAuth: true }
        : {
            oAuth: {
              flows: { authorizationCodeGrant: true },
              scopes: SCOPES,
              callbackUrls: [...callbackUrls],
            },
          }),
      supportedIdentityProviders: [
        UserPoolClientIdentityProvider.COGNITO,
        ...signIn.providers.map(({ name }) => UserPoolClientIdentityProvider.custom(name)),
      ],
      // A provider sets the address at each sign-in. All else is changed by operators and directories alone.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
      accessTokenValidity: Duration.minutes(60),
      idTokenValidity: Duration.minutes(60),
      refreshTokenValidity: Duration.days(30),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
    });
  }

  #federate(provider: IdentityProvider): Construct {
    const shared = { userPool: this.pool, name: provider.name };
    if (provider.kind === 'saml')
      return new UserPoolIdentityProviderSaml(this, provider.name, {
        ...shared,
        metadata: UserPoolIdentityProviderSamlMetadata.url(provider.metadataUrl),
        attributeMapping: { email: ProviderAttribute.other(provider.emailAttribute) },
      });
    return new UserPoolIdentityProviderOidc(this, provider.name, {
      ...shared,
      issuerUrl: provider.issuer,
      clientId: provider.clientId,
      // A reference that CloudFormation resolves: the secret is in no template.
      clientSecret: SecretValue.secretsManager(provider.clientSecretName).unsafeUnwrap(),
      scopes: ['openid', 'profile', 'email'],
      attributeMapping: { email: ProviderAttribute.other('email') },
    });
  }
}

const directoriesOf = ({ signIn }: StageConfig): TenantDirectories =>
  Object.fromEntries(
    signIn.providers.flatMap(({ kind, name, provisions }) => {
      if (provisions === undefined) return [];
      const { tenant, groups, subject = kind === 'saml' ? 'userName' : 'externalId' } = provisions;
      return [[tenant, { provider: name, subject, ...(groups === undefined ? {} : { groups }) }]];
    }),
  );

const acknowledgeFindings = (pool: UserPool, mfa: StageConfig['signIn']['mfa']): void => {
  for (const rule of ['COG3', 'COG8'])
    Validations.of(pool).acknowledge({
      id: `AwsSolutions::AwsSolutions-${rule}`,
      reason:
        'Threat protection needs the Plus plan ($0.02 for each person and month); a second factor protects people.',
    });
  if (mfa === 'required') return;
  Validations.of(pool).acknowledge({
    id: 'AwsSolutions::AwsSolutions-COG2',
    reason: 'Stages without data of users do not require a second factor; production does.',
  });
};
